"""The settings of the unattended service: when it does what, when it calls for a person, where it can be asked."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr

_NAMES = "minute", "hour", "day of month", "month", "day of week"


def _check_schedule(text: str) -> str:
    """Return the schedule: empty, or cron lines of five fields each, separated by `;`."""
    from cronsim import CronSim, CronSimError  # most commands keep to the defaults and need no check

    for line in filter(None, (part.strip() for part in text.split(";"))):
        if len(line.split()) != 5:
            raise ValueError(f"{line!r} must have five fields: {', '.join(_NAMES)}")
        try:
            CronSim(line, datetime(2026, 1, 1, tzinfo=UTC))
        except CronSimError as error:
            raise ValueError(f"{line!r} is not a cron line: {str(error).lower()}") from error
    return text


def _check_zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ValueError("it is not a time zone of this machine; write it as America/New_York") from error
    return name


def _check_address(secret: SecretStr) -> SecretStr:
    if secret.get_secret_value() and not secret.get_secret_value().startswith(("http://", "https://")):
        raise ValueError("it must begin with https:// or http://")
    return secret


Schedule = Annotated[str, AfterValidator(_check_schedule)]
#: Such addresses hold a token, so they are treated as secrets.
SecretAddress = Annotated[SecretStr, AfterValidator(_check_address)]


class SettingsPart(BaseModel):
    """What the parts of `db.settings.Settings` have in common: only the whole is ever made, so only it is built."""

    model_config = ConfigDict(defer_build=True)


class ServiceSettings(SettingsPart):
    """The settings of `ice-agreements schedule`; part of `db.settings.Settings`."""

    time_zone: Annotated[str, AfterValidator(_check_zone)] = Field(
        default="America/New_York", description="Time zone of every schedule and of business days."
    )
    poll_schedule: Schedule = Field(
        default="*/10 7-19 * * mon-fri; 5 * * * *",
        description="When ICE is asked: cron lines separated by ';'. ICE posts on weekdays, mostly in the daytime.",
    )
    poll_jitter_seconds: int = Field(
        default=60, ge=0, description="A poll comes up to this many seconds later than its schedule, at random."
    )
    confirm_schedule: Schedule = Field(
        default="20 * * * *", description="When provisional changes are checked again without asking ICE."
    )
    send_schedule: Schedule = Field(
        default="* * * * *", description="When messages that are due are sent; digests leave by their readers' clocks."
    )
    mail_check_schedule: Schedule = Field(
        default="15 * * * *", description="When it is checked that the mail relay answers and takes the login."
    )
    backup_directory: Path | None = Field(
        default=None, description="Where scheduled backups go, best another disk; none are made when it is not set."
    )
    review_mail_schedule: Schedule = Field(
        default="0 8 * * mon-fri", description="When review_mail_address is told what waits for review."
    )
    backup_schedule: Schedule = Field(default="40 3 * * *", description="When a backup is made.")
    backup_keep: int = Field(default=14, ge=1, description="How many backups are kept; older ones are removed.")
    backup_bucket: str = Field(
        default="", pattern=r"^([a-z0-9]+://\S+)?$",
        description="Bucket for backups off the machine, as s3://bucket/prefix; new documents go there every minute.",
    )  # fmt: skip
    backup_bucket_schedule: Schedule = Field(default="50 3 * * *", description="When a backup to the bucket is made.")
    backup_bucket_days: int = Field(
        default=35, ge=1, description="Backups in the bucket older than this are removed; the newest stays."
    )
    backup_passphrase: SecretStr = Field(
        default=SecretStr(""), description="Passphrase that encrypts what goes to the bucket; empty: not encrypted."
    )
    housekeeping_schedule: Schedule = Field(
        default="10 4 * * *", description="When old checks are folded and left-over files removed."
    )
    fold_after_days: int = Field(
        default=30, ge=2, description="Checks that found nothing new are folded to two a day after so many days."
    )
    check_schedule: Schedule = Field(
        default="30 4 * * sun", description="When the database and the archive are checked whole."
    )
    silent_hours: float = Field(
        default=6.0, gt=0, description="No list verified for so long: the source counts as unreachable."
    )
    quiet_business_days: int = Field(
        default=7, ge=1, description="No new list for so many weekdays: a person should look at ICE's page."
    )
    outbox_stuck_hours: float = Field(
        default=2.0, gt=0, description="A message due and unsent for so long: sending counts as stuck."
    )
    disk_low_bytes: int = Field(
        default=500_000_000, ge=0, description="Less free space than this where the data is: the disk counts as low."
    )
    failures_before_notice: int = Field(
        default=3, ge=1, description="A job that failed so often in a row is a notice of its own."
    )
    health_host: str = Field(
        default="127.0.0.1", description="Address where /healthz, /livez and /metrics are served; keep it on loopback."
    )
    health_port: int = Field(
        default=8287, ge=0, le=65535, description="Port of /healthz, /livez and /metrics; 0 serves none."
    )
    ping_url: SecretAddress = Field(
        default=SecretStr(""),
        description="Dead-man switch: this address is asked after every poll that verified the lists.",
    )
    notice_url: SecretAddress = Field(
        default=SecretStr(""), description="Notices to the operator are posted here as plain text, one a request."
    )
