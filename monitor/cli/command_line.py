"""The command line: which command is where. A command's module is imported when it is called, and no sooner."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, MutableMapping
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from db.version import VERSION
from monitor.cli.log_output import LogFormat, start_log
from monitor.cli.options import DbOption, chosen_home

#: Command or group -> module and name of its function or Typer app, or what makes one. The composition root adds those
#: that fetch.
COMMANDS: dict[str, str | Callable[[], Callable[..., None]]] = {
    "changes": "changes_commands:changes",
    "explain": "changes_commands:explain",
    "agreements": "listed_commands:agreements",
    "totals": "listed_commands:totals",
    "publications": "publications_commands:publications",
    "review": "review_commands:app",
    "status": "status_command:status",
    "settings": "settings_commands:app",
    "setup": "setup_command:setup",
    "serve": "web_commands:serve",
    "publish": "web_commands:publish",
    "export": "web_commands:export",
    "datasette": "web_commands:datasette",
    "mcp": "web_commands:mcp",
    "subscribers": "subscriber_commands:app",
    "alerts": "alerts_commands:app",
    "sending": "service_commands:sending",
    "backup": "service_commands:backup",
    "users": "user_commands:app",
}


class _Commands(MutableMapping[str, Any]):
    """The commands by name; one that is only named in the table is imported when it is asked for."""

    def __init__(self, loaded: MutableMapping[str, Any]) -> None:
        self._loaded = loaded
        self._names = [*loaded, *(name for name in COMMANDS if name not in loaded)]

    def __getitem__(self, name: str) -> Any:
        if name not in self._loaded:
            self._loaded[name] = _load(name, COMMANDS[name])
        return self._loaded[name]

    def __setitem__(self, name: str, command: Any) -> None:
        self._loaded[name] = command
        self._names.append(name)

    def __delitem__(self, name: str) -> None:
        del self._loaded[name]
        self._names.remove(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def __contains__(self, name: object) -> bool:
        return name in self._names


class LazyGroup(TyperGroup):
    """A group whose commands are imported on demand."""

    def __init__(self, **rest: Any) -> None:
        super().__init__(**rest)
        self.commands = _Commands(self.commands)


def _load(name: str, place: str | Callable[[], Callable[..., None]]) -> Any:
    if isinstance(place, str):
        module, _, attribute = place.partition(":")
        target = getattr(import_module(f"monitor.cli.{module}"), attribute)
    else:
        target = place()
    if isinstance(target, typer.Typer):
        return typer.main.get_group(target)
    single = typer.Typer(add_completion=False)
    single.command(name)(target)
    return typer.main.get_command(single)


app = typer.Typer(
    cls=LazyGroup,
    help="Watch ICE's published 287(g) lists: keep every list, say what changed, and prove it.",
    no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False,
)  # fmt: skip


def _print_version(asked: bool) -> None:
    if asked:
        typer.echo(f"ice-agreements {VERSION}")
        raise typer.Exit


@app.callback()
def set_options(
    db: DbOption = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step to stderr.")] = False,
    log_format: Annotated[
        LogFormat, typer.Option("--log-format", help="How the log on stderr is written: lines, or JSON objects.")
    ] = LogFormat.TEXT,
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", callback=_print_version, is_eager=True)
    ] = False,
) -> None:
    """Options that go before the command."""
    chosen_home.clear()
    if db is not None:
        chosen_home["db"] = db
    start_log(log_format, logging.INFO if verbose else logging.WARNING)
