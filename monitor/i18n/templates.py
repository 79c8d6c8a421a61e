"""One way to make a template environment: pages, desk, forms and mail differ in folder, language and globals only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined, select_autoescape

from monitor.i18n.language import Language
from monitor.i18n.safe_text import reveal_invisible


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
