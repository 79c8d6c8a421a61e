"""Where settings come from: the caller, the environment, a TOML file, the defaults; and what is wrong with them.

A value comes from the first of these that has it: the caller (`--db`), the environment (``ICE_AGREEMENTS_<NAME>``), the
TOML file that ``ICE_AGREEMENTS_CONFIG`` names, the default. pydantic checks the values. What is read here is what
pydantic-settings does not say: which names are unknown, where a wrong one was typed, and where each value comes from.
"""

from __future__ import annotations

import os
import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr, ValidationError

from db.errors import StoreError
from db.settings import Settings

PREFIX = "ICE_AGREEMENTS_"
CONFIG_VARIABLE = "ICE_AGREEMENTS_CONFIG"
#: Variables of the prefix that are not settings.
OTHER_VARIABLES = (CONFIG_VARIABLE, "ICE_AGREEMENTS_REVIEWER")


class SettingsError(StoreError):
    """Something is wrong with the settings; one line for each mistake says what was typed, where, and what to do."""


class Given(NamedTuple):
    """A value somebody gave to a setting, as it was typed."""

    typed: str  # the name as it was typed
    value: Any
    where: str


@dataclass(frozen=True, slots=True)
class EffectiveSetting:
    """A setting with its value in force (secrets masked) and where that comes from."""

    name: str
    value: str
    source: str


def load_settings(**chosen: Any) -> Settings:
    """Return the checked settings; raise `SettingsError` with a line for each mistake. `chosen` comes first."""
    given, mistakes = _read_sources()
    values = {name: one.value for name, one in given.items()} | chosen
    try:
        settings = Settings.model_validate(values)
    except ValidationError as error:
        mistakes += [_describe_value(dict(problem), given) for problem in error.errors()]
    if mistakes:
        raise SettingsError("\n".join(mistakes))
    return settings


def list_settings(**chosen: Any) -> list[EffectiveSetting]:
    """Return every setting with its value in force and where it comes from; a secret is shown as `(set)`."""
    settings, (given, _) = load_settings(**chosen), _read_sources()
    found = []
    for name in Settings.model_fields:
        source = "command line" if name in chosen else given[name].where if name in given else "default"
        value = getattr(settings, name)
        if isinstance(value, SecretStr):
            shown = "(set)" if value.get_secret_value() else ""
        else:
            shown = "" if value is None else str(value).lower() if isinstance(value, bool) else str(value)
        found.append(EffectiveSetting(name, shown, source))
    return found


def _read_sources() -> tuple[dict[str, Given], list[str]]:
    """Return what was given to settings, the environment before the file, and a line for each unknown name."""
    given: dict[str, Given] = {}
    mistakes: list[str] = []
    for one in (*_read_environment(), *_read_file()):
        name = one.typed.removeprefix(PREFIX).lower() if one.where == "environment" else one.typed
        if name in Settings.model_fields and one.typed in (name, f"{PREFIX}{name.upper()}"):
            given.setdefault(name, one)
        else:
            mistakes.append(_describe_unknown(one))
    return given, mistakes


def _read_environment() -> Iterator[Given]:
    for variable, value in sorted(os.environ.items()):
        if variable.upper().startswith(PREFIX) and variable not in OTHER_VARIABLES:
            yield Given(variable, value, "environment")


def _read_file() -> Iterator[Given]:
    config = os.environ.get(CONFIG_VARIABLE)
    if not config:
        return
    try:
        text = Path(config).read_text(encoding="utf-8")
        values = tomllib.loads(text)
    except OSError as error:
        raise SettingsError(f"{CONFIG_VARIABLE} names {config}, which cannot be read: {error.strerror}") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{config} is not a TOML file: {error}") from error
    for name, value in values.items():
        line = text[: found.start()].count("\n") + 1 if (found := _find_name(name, text)) else 1
        yield Given(name, value, f"{config}, line {line}")


def _find_name(name: str, text: str) -> re.Match[str] | None:
    return re.search(rf"^[ \t]*\[*[\"']?{re.escape(name)}\b", text, re.MULTILINE)


def _describe_unknown(one: Given) -> str:
    from difflib import get_close_matches  # only for a mistake

    variable = one.where == "environment"
    known = [*Settings.model_fields, *(name.removeprefix(PREFIX).lower() for name in OTHER_VARIABLES if variable)]
    close = get_close_matches(one.typed.upper().removeprefix(PREFIX).lower(), known, 1)
    nearest = f"{PREFIX}{close[0].upper()}" if close and variable else "".join(close)
    advice = f"did you mean {nearest}?" if nearest else "docs/settings.md lists the settings"
    return f"{one.typed} is not a setting ({one.where}); {advice}"


def _describe_value(problem: Mapping[str, Any], given: Mapping[str, Given]) -> str:
    name = str(problem["loc"][0])
    one = given.get(name, Given(name, problem.get("input"), "command line"))
    message = str(problem["msg"]).removeprefix("Value error, ")
    message = message[:1].lower() + message[1:]
    secret = Settings.model_fields[name].annotation is SecretStr
    seen = "" if secret else f" = {one.value!r}"
    return f"{one.typed}{seen} ({one.where}): {message}"
