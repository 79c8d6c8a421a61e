"""Options that several commands share, and the store they open."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store, to_text
from db.disk_errors import describe_database_error, describe_os_error
from db.settings import Settings
from db.settings_sources import load_settings
from monitor.cli.output import Format

DbOption = Annotated[
    Path | None,
    typer.Option(
        "--db",
        metavar="DIRECTORY",
        help="Where the data is; else ICE_AGREEMENTS_HOME, else ./data.",
        show_default=False,
    ),
]
FormatOption = Annotated[
    Format, typer.Option("--format", help="For people, for programs (everything, one object a row), for spreadsheets.")
]
StateOption = Annotated[
    str | None, typer.Option("--state", metavar="STATE", help="State or territory by USPS code or name: FL, Florida.")
]
CountyOption = Annotated[
    str | None, typer.Option("--county", metavar="COUNTY", help="County by name or FIPS code: Pasco, 12101.")
]
AgencyOption = Annotated[
    str | None,
    typer.Option("--agency", metavar="AGENCY", help="Agency by its id, or by its whole name as printed here."),
]
AsOfOption = Annotated[
    str | None, typer.Option("--as-of", metavar="DATE", help="The newest list of this day or before, as 2025-05-30.")
]
KnownAtOption = Annotated[
    str | None,
    typer.Option(
        "--known-at",
        metavar="TIME",
        help="Only what was known here at this time (UTC), as 2025-05-30 or 2025-05-30T18:00:00Z.",
    ),
]

#: Set by the program's own `--db`, before the command's.
chosen_home: dict[str, Path] = {}


def settings_with(db: Path | None) -> Settings:
    """Return the settings, with the data where `--db` says: a directory, or the database file in it."""
    return load_settings(**home_option(db))


def home_option(db: Path | None) -> dict[str, Path]:
    """Return the setting that `--db` gives, if it was given before or after the command."""
    place = db or chosen_home.get("db")
    if place is None:
        return {}
    return {"home": place.parent if place.suffix == ".sqlite" else place}


@contextmanager
def open_store(db: Path | None, *, read_only: bool = True) -> Iterator[Store]:
    """Open the store; a command that only reads does not create one."""
    with Store.open(settings_with(db).home, read_only=read_only) as store:
        yield store


def to_state(text: str | None, option: str = "--state") -> str | None:
    """Return the USPS code of a state or territory given by code or name."""
    if text is None:
        return None
    import us  # only who asks for a state waits for it

    asked = text.strip().casefold()  # not `us.states.lookup`, which also takes what only sounds alike
    places = (*us.STATES, us.states.DC, *us.states.TERRITORIES)
    code = next((str(p.abbr) for p in places if asked in (p.abbr.casefold(), p.name.casefold())), None)
    if code is None:
        raise typer.BadParameter(f"{text!r} is not a state or territory; write it as FL or Florida", param_hint=option)
    return code


def to_date(text: str | None, option: str) -> str | None:
    """Return an ISO date, checked."""
    if text is None:
        return None
    try:
        return date.fromisoformat(text).isoformat()
    except ValueError as error:
        raise typer.BadParameter(f"{text!r} is not a date; write it as 2025-05-30", param_hint=option) from error


def to_moment(text: str | None, option: str) -> str | None:
    """Return a time as the store writes it; a bare date means the end of that day."""
    if text is None:
        return None
    if re.fullmatch(r"\d{4}-\d{2}-\d{2}", text):
        text = f"{to_date(text, option)}T23:59:59Z"
    try:
        moment = datetime.fromisoformat(text.replace("Z", "+00:00"))
    except ValueError as error:
        message = f"{text!r} is not a time; write it as 2025-05-30 or 2025-05-30T18:00:00Z"
        raise typer.BadParameter(message, param_hint=option) from error
    return to_text(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def check_choice(value: str | None, known: Iterable[str], option: str) -> None:
    """Refuse a value that is none of the known ones."""
    if value is not None and value not in known:
        raise typer.BadParameter(f"{value!r} is not one of {', '.join(known)}", param_hint=option)


def describe_errors(error: Exception) -> list[str]:
    """Return the error in lines for a person: one, or one for each wrong setting."""
    if isinstance(error, sqlite3.Error):
        return [describe_database_error(error, "the database")]
    if isinstance(error, OSError) and error.strerror:
        return [describe_os_error(error)]
    return str(error).split("\n")
