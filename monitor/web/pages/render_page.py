"""Render templates to pages: links are relative to where a page lies, every text of a list is escaped and visible."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cache, lru_cache
from pathlib import Path
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemBytecodeCache
from jinja2.bccache import Bucket
from markupsafe import Markup

from db.archive_models import find_capture_time
from db.version import VERSION
from monitor.changelog.listed_between import wide_range
from monitor.i18n import labels
from monitor.i18n.language import LANGUAGES, Language, language
from monitor.i18n.templates import make_environment
from monitor.web.pages import place_index
from monitor.web.pages.compact import Compact, shorten

HERE = Path(__file__).parent
#: Pages with a picture of their own, for those who share them; and pages below a state's.
_CARD_PATH = re.compile(
    r"places/[a-z]{2}/(?:[a-z0-9-]+/)?|agencies/[a-z0-9-]+/|changes/[0-9a-f]{12}/|as-of/\d{4}-\d{2}-\d{2}/"
)
_STATE_PATH = re.compile(r"places/[a-z]{2}/")
STATIC = HERE / "static"


@dataclass(frozen=True, slots=True)
class Page:
    """What is at an address: a template with its values, or a body as it is."""

    template: str = ""
    values: Mapping[str, object] = field(default_factory=dict)
    body: bytes | None = None
    media: str = "text/html; charset=utf-8"
    file: str | None = None  # offered as a download of this name
    status: int = 200
    framed: bool = False  # whether other sites may show it in a frame
    passing: bool = False  # whether newer data are at hand and not read yet: nobody keeps it
    moved: str | None = None  # the address it moved to, relative to the root of the language


class CompiledTemplates(FileSystemBytecodeCache):
    """Templates as they were compiled once: half of the time of a small publication is the compiling of them.

    A folder that is gone or cannot be written to keeps nothing.
    """

    def dump_bytecode(self, bucket: Bucket) -> None:
        """Keep a compiled template."""
        with suppress(OSError):
            super().dump_bytecode(bucket)


def keep_compiled(folder: Path, mark: str) -> None:
    """Keep compiled templates of published pages in a folder of this user's alone; those with another mark go."""
    with suppress(OSError):
        folder.mkdir(mode=0o700, exist_ok=True)
        for old in folder.iterdir():
            if not old.name.startswith(mark):
                old.unlink()
    for code in LANGUAGES:
        kept = CompiledTemplates(str(folder), f"{mark}-{code}-%s")
        environment(language(code), static=True).bytecode_cache = kept


@cache
def environment(language: Language, *, static: bool = False) -> Environment:
    """Return the pages' templates in a language; shortened for published pages, which are many."""
    made = make_environment(
        HERE / "templates", language, state_name=place_index.state_name, states=place_index.states,
        counties=place_index.counties, words=labels, asset_mark=asset_mark(), program=VERSION,
    )  # fmt: skip
    if static:
        made.add_extension(Compact)
    return made


@cache
def asset_mark() -> str:
    """Return a text that differs when a static file does."""
    return hashlib.sha256(b"".join(p.read_bytes() for p in sorted(STATIC.iterdir()))).hexdigest()[:8]


def find_card(path: str, *, static: bool) -> str:
    """Return the address of a page's picture for those who share it; published are those of the country and states."""
    own = _STATE_PATH.match(path) if static else _CARD_PATH.fullmatch(path)
    return f"{own[0] if own else ''}card.png"


@lru_cache(512)
def _write_navigation(language: Language, home: str, within: str, here: bool, static: bool) -> Markup:
    """The links to the kinds of pages, of a page `within` one of them (`here`: it is that page itself)."""
    template = environment(language, static=static).get_template("navigation.html")
    return Markup(template.render(home=home, within=within, here=here))  # noqa: S704 - a template's


def _lead(path: str, to: str) -> str:
    """Return the shortest relative address that leads from the page at `path` to the one at `to`."""
    common = 0
    while (end := path.find("/", common) + 1) and to.startswith(path[common:end], common):
        common = end
    return "../" * path.count("/", common) + to[common:] or "./"


def render(
    page: Page, path: str, language: Language, *, static: bool, query: Mapping[str, str] | None = None,
    public_url: str = "",
) -> bytes:  # fmt: skip
    """Return the page's bytes. `path` is its address below the language's root, "" or ending in "/".

    With a public address, canonical and alternate links and previews are absolute; without one there are no previews.
    """
    if page.body is not None:
        return page.body
    depth = path.count("/") + (1 if language.prefix else 0)
    root, home = "../" * depth or "./", "../" * path.count("/") or "./"

    def link(to: str = "", **values: object) -> str:
        given = {k: v for k, v in values.items() if v not in (None, "", False)}
        return (_lead(path, to) if static else home + to) + (f"?{urlencode(given)}" if given else "")

    def absolute(code: str) -> str:
        return f"{public_url}/{'' if code == 'en' else f'{code}/'}{path}"

    def other(code: str) -> str:
        to = root + ("" if code == "en" else f"{code}/") + path
        return to + (f"?{urlencode(query)}" if query else "")

    def say(table: dict[str, str], code: str | None) -> str:
        return labels.label(table, code, language.gettext)

    preview = find_card(path, static=static)
    within = path[: path.find("/") + 1]
    navigation = _write_navigation(language, home, within, path == within, static)
    template = environment(language, static=static).get_template(page.template)
    html = template.render(
        **page.values, link=link, root=root, path=path, other=other, say=say, lang=language, date=language.date,
        wide_range=wide_range, find_capture_time=find_capture_time,
        number=language.number, static=static, languages=LANGUAGES, query=query or {},
        public_url=public_url, absolute=absolute, preview=preview, navigation=navigation,
    )  # fmt: skip
    return (shorten(html) if static else html).encode()
