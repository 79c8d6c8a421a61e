"""Settings of the review desk and the API; part of `db.settings.Settings`."""

from __future__ import annotations

from pydantic import Field

from db.settings_service import SettingsPart


class DeskSettings(SettingsPart):
    """How long a login lasts, who is believed about it, and how fast programs may ask."""

    desk: bool = Field(default=True, description="Whether `serve` has the review desk; a public site can do without.")
    review_mail_address: str = Field(
        default="", pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        description="Address (of a person or a mailing list) told once a day what waits for review; empty: nobody is.",
    )  # fmt: skip
    behind_tls: bool = Field(
        default=False,
        description="Readers come by HTTPS though a proxy in front ends it: cookies are Secure and HSTS is sent.",
    )
    session_hours: float = Field(default=8.0, gt=0, le=72, description="Longest a login lasts, in hours.")
    session_idle_minutes: float = Field(
        default=60.0, gt=0, description="A login ends after so many minutes without a request."
    )
    trusted_user_header: str = Field(
        default="", pattern=r"^[A-Za-z0-9\-]*$",
        description="Header in which a reverse proxy names who it logged in; empty: no header is believed.",
    )  # fmt: skip
    trusted_proxies: str = Field(
        default="",
        description="Addresses, separated by spaces, from which that header and X-Forwarded-For are believed.",
    )
    api_requests_per_minute: int = Field(
        default=600, ge=1, description="Most API requests from one network address a minute; then 429 is answered."
    )
