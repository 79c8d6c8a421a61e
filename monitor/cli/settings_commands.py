"""The commands about settings: which are in force, and whether all are right."""

from __future__ import annotations

from dataclasses import asdict

import typer

from db.settings_sources import list_settings
from monitor.cli.options import DbOption, FormatOption, home_option
from monitor.cli.output import Format, say, show

app = typer.Typer(name="settings", help="Settings: which are in force, and where each comes from.")
COLUMNS = {"name": "Setting", "value": "Value", "source": "From"}


@app.callback(invoke_without_command=True)
def show_settings(context: typer.Context, format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """Show every setting with its value and where that comes from; secrets are masked."""
    if context.invoked_subcommand is None:
        show([asdict(one) for one in list_settings(**home_option(db))], format, COLUMNS)


@app.command("check")
def check_settings(db: DbOption = None) -> None:
    """Check every setting; end with 1 and a line for each mistake."""
    found = list_settings(**home_option(db))
    given = [one for one in found if one.source != "default"]
    say(f"all settings are right: {len(given)} given, {len(found) - len(given)} at their defaults")
