"""One way to make a template environment: pages, desk, forms and mail differ in folder, language and globals only."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape
from markupsafe import Markup

from monitor.i18n.language import Language

#: Control characters, and those that turn the direction of text or have no width: never sent as they are.
_INVISIBLE = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")


def reveal_invisible(value: Any) -> Any:
    """Return text with its invisible characters written out as ‹U+202E›: a cell must not steer a reader's eye.

    Markup and values other than text are returned unchanged, None as "".
    """
    if isinstance(value, Markup) or not isinstance(value, str):
        return "" if value is None else value
    return _INVISIBLE.sub(lambda found: f"‹U+{ord(found[0]):04X}›", value)


def make_environment(folder: Path, language: Language | None = None, **values: Any) -> Environment:
    """Return the environment of a folder's templates, with `values` as globals.

    Everything but `.txt.j2` templates is escaped, an undefined name is an error, and invisible characters are written
    out. With a language, `_` and `ngettext` translate; two threads need two environments to use two languages at once.
    """
    made = Environment(
        loader=FileSystemLoader(folder), autoescape=select_autoescape(disabled_extensions=["txt.j2"], default=True),
        undefined=StrictUndefined, finalize=reveal_invisible, trim_blocks=True, lstrip_blocks=True, auto_reload=False,
        extensions=["jinja2.ext.i18n"],
    )  # fmt: skip
    made.globals.update(values)
    if language is not None:
        made.install_gettext_callables(language.gettext, language.ngettext, newstyle=True)  # type: ignore[attr-defined]
    return made
