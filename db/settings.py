"""Every setting of the program, once: name, type, default, meaning. `db.settings_sources` reads the values."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from pydantic import ConfigDict, Field, SecretStr

from db.settings_archive import ArchiveSettings
from db.settings_moas import MoaSettings
from db.settings_service import ServiceSettings
from db.settings_web import DeskSettings


class Settings(ServiceSettings, DeskSettings, MoaSettings, ArchiveSettings):
    """Checked values for every setting; a name that is not a setting is refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, defer_build=False)

    home: Path = Field(default=Path("data"), description="Directory that holds the database and the archive.")

    source_url: str = Field(
        default="https://www.ice.gov/identify-and-arrest/287g",
        pattern=r"^https?://",
        description="Landing page that links the lists.",
    )
    user_agent: str = Field(
        default="",
        description="User-Agent sent with every request; empty means 'ice-agreements/<version> (+<contact_url>)'.",
    )
    contact_url: str = Field(
        default="https://example.org/ice-agreements",
        description="Address in the User-Agent where the site's operators can reach the people who run this.",
    )
    crawl_delay_seconds: float = Field(
        default=5.0, ge=0, description="Least wait between two requests to the source, in seconds."
    )
    request_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest a single request may take, body included, in seconds."
    )
    crawl_timeout_seconds: float = Field(
        default=600.0, gt=0, description="Longest a whole pass may take, retries included, in seconds."
    )
    max_list_bytes: int = Field(
        default=20_000_000, gt=0, description="Largest body taken from the source, in bytes as sent."
    )
    max_unpacked_bytes: int = Field(
        default=200_000_000, gt=0, description="Largest size a compressed body or workbook may unpack to, in bytes."
    )
    max_tries: int = Field(default=3, ge=1, description="Tries for one address within a pass, the first included.")
    backoff_seconds: float = Field(
        default=10.0, ge=0, description="Wait before the second try, in seconds; doubled before each later one."
    )

    public_url: str = Field(
        default="http://127.0.0.1:8000", pattern=r"^https?://[^\s]+[^/\s]$",
        max_length=500,  # with a signed link behind it, it must fit on one line of mail
        description="Address under which readers reach the pages; every link in a message or feed begins with it.",
    )  # fmt: skip
    feed_ids_url: str = Field(
        default="", pattern=r"^(https?://[^\s]+[^/\s])?$",
        description="The site's first address, when it has moved: ids in feeds are made of it. Empty: public_url.",
    )  # fmt: skip
    site_name: str = Field(
        default="287(g) agreements", max_length=80, pattern=r"^[^\r\n]*$",
        description="What messages, feeds and forms call this service.",
    )  # fmt: skip
    secret_keys: SecretStr = Field(
        default=SecretStr(""),
        description="Keys that sign links, oldest first, separated by spaces; the last one signs, all are believed. "
        "Empty: one is made and kept in the data directory. Never printed.",
    )
    mail_from: str = Field(
        default="",
        pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        description="Address that alerts come from; empty: no mail is sent.",
    )
    mail_reply_to: str = Field(
        default="", pattern=r"^([^@\s<>]+@[^@\s<>]+)?$", description="Reply-To of alerts; empty: none."
    )
    mail_footer: str = Field(
        default="", description="Line under every message: who runs the service and a postal address."
    )
    operator_address: str = Field(
        default="",
        pattern=r"^([^@\s<>]+@[^@\s<>]+)?$",
        description="Address told of held lists; empty: nobody is told by mail.",
    )
    bounce_address: str = Field(
        default="", pattern=r"^([^@\s]+@[^@\s]+)?$",
        description="Address bounces return to; the message's mark is put after a + in it. Empty: mail_from, unmarked.",
    )  # fmt: skip
    list_id: str = Field(
        default="alerts.ice-agreements.localhost", pattern=r"^[A-Za-z0-9.\-]+$", description="List-Id of alerts."
    )
    smtp_host: str = Field(default="", description="Mail relay; empty: no mail is sent, messages wait.")
    smtp_port: int = Field(default=587, ge=1, le=65535, description="Port of the mail relay.")
    smtp_security: Literal["starttls", "tls", "none"] = Field(
        default="starttls", description="starttls (port 587), tls (port 465), or none for a relay on this machine."
    )
    smtp_user: str = Field(default="", description="Name for the mail relay; empty: no authentication.")
    smtp_password: SecretStr = Field(default=SecretStr(""), description="Password for the mail relay. Never printed.")
    smtp_timeout_seconds: float = Field(
        default=60.0, gt=0, description="Longest wait for an answer of the mail relay, in seconds."
    )
    smtp_messages_per_connection: int = Field(
        default=500, ge=1, description="Messages after which the connection to the relay is reopened."
    )
    mail_per_second: float = Field(
        default=10.0, ge=0, description="Most messages handed to the relay a second; 0: as fast as it takes them."
    )
    alert_retry_hours: float = Field(
        default=72.0, gt=0, description="How long a message that is put off is tried again before it is given up."
    )
    sending_wait_seconds: float = Field(
        default=0.0, ge=0, le=60,
        description="With a continuous copy of the database: how long messages that are about to leave wait, so that "
        "the copy knows which may have left.",
    )  # fmt: skip
    webhook_timeout_seconds: float = Field(
        default=10.0, gt=0, description="Longest wait for a webhook's or chat service's answer, in seconds."
    )
    signups_per_hour: int = Field(
        default=10, ge=1, description="Most sign-ups taken from one network address within an hour."
    )
    confirmations_per_day: int = Field(
        default=3, ge=1, description="Most confirmation messages to one address within a day."
    )
    confirmations_per_hour_per_domain: int = Field(
        default=100, ge=1, description="Most confirmation messages to the addresses of one mail domain within an hour."
    )
    confirmations_per_hour_in_all: int = Field(
        default=300, ge=1, description="Most confirmation messages to all addresses together within an hour."
    )

    @property
    def public_url_if_set(self) -> str:
        """The public address; "" while it is the one that nobody but this machine can use, because none was given."""
        return self.public_url if "public_url" in self.model_fields_set else ""
