"""Settings of the agreement documents; part of `db.settings.Settings`."""

from __future__ import annotations

from pydantic import Field

from db.settings_service import Schedule, SettingsPart


class MoaSettings(SettingsPart):
    """Whether ICE's agreement documents are fetched, how gently, and how much of them is kept."""

    moas: bool = Field(default=False, description="Whether the service fetches the agreements' documents from ICE.")
    moa_schedule: Schedule = Field(
        default="*/15 * * * *", description="When the service asks for documents that are due, where `moas` is on."
    )
    moa_delay_seconds: float = Field(
        default=5.0, ge=0, description="Least wait between two requests for documents, in seconds."
    )
    moa_requests_per_day: int = Field(default=300, ge=1, description="Most requests for documents within 24 hours.")
    moa_bytes_per_day: int = Field(
        default=300_000_000, ge=1, description="Most bytes of documents taken within 24 hours."
    )
    moa_requests_per_pass: int = Field(
        default=25, ge=1, description="Most requests for documents in one pass; the rest comes with the next."
    )
    moa_recheck_days: float = Field(
        default=30.0, gt=0, description="Days after which a kept document's address is asked again, conditionally."
    )
    moa_max_bytes: int = Field(default=30_000_000, gt=0, description="Largest document taken, in bytes.")
    moa_home_bytes: int = Field(
        default=5_000_000_000, gt=0, description="Documents are fetched until the kept ones take this many bytes."
    )
