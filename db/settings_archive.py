"""Settings of the Internet Archive as a source; part of `db.settings.Settings`."""

from __future__ import annotations

from typing import Self

from pydantic import Field, SecretStr, model_validator

from db.settings_service import Schedule, SettingsPart


class ArchiveSettings(SettingsPart):
    """Where the archive is, how gently it is asked, and what the service asks it for by itself."""

    archive_url: str = Field(
        default="https://web.archive.org", pattern=r"^https?://[^\s]+[^/\s]$",
        description="Root of the Internet Archive's index (`/cdx/search/cdx`) and captures (`/web/…`).",
    )  # fmt: skip
    archive_requests_per_minute: float = Field(
        default=15.0, gt=0, le=60, description="Most requests to the archive in a minute, one at a time."
    )
    archive_backoff_seconds: float = Field(
        default=60.0, ge=0,
        description="Wait after the archive refuses a request, in seconds; doubled before each later try.",
    )  # fmt: skip
    archive_tries: int = Field(default=4, ge=1, description="Tries for one request to the archive, the first included.")
    archive_day_budget: int = Field(default=2000, ge=1, description="Most requests to the archive within 24 hours.")
    archive_index_days: float = Field(
        default=7.0, gt=0, description="Days for which a kept answer of the archive's index is used again."
    )
    archive_fallback_hours: float = Field(
        default=24.0, ge=0,
        description="Hours without a list from ICE after which the service asks the archive for newer ones; 0: never.",
    )  # fmt: skip
    backfill: bool = Field(
        default=True, description="Whether the service brings past lists from the archive, in the background."
    )
    backfill_schedule: Schedule = Field(
        default="7,22,37,52 * * * *", description="When the service asks for past lists, where `backfill` is on."
    )
    backfill_captures_per_pass: int = Field(
        default=10,
        ge=1,
        description="Most captures that the service asks for in one pass; the rest comes with the next.",
    )
    archive_save: bool = Field(
        default=False,
        description="Whether the service asks the archive to keep ICE's page and lists when they are new; needs keys.",
    )
    archive_save_key: SecretStr = Field(
        default=SecretStr(""), description="Access key of an account of the archive (archive.org/account/s3.php)."
    )
    archive_save_secret: SecretStr = Field(
        default=SecretStr(""), description="Secret key of that account. Never printed."
    )

    @model_validator(mode="after")
    def _check_save_keys(self) -> Self:
        if self.archive_save and not (
            self.archive_save_key.get_secret_value() and self.archive_save_secret.get_secret_value()
        ):
            raise ValueError("archive_save needs archive_save_key and archive_save_secret")
        return self
