"""The Spanish catalogue holds every message of the pages: `python -m monitor.i18n.catalogue` (development only).

Messages come from the templates (`_`, `ngettext`), from `mark`, `say` and `gettext` in the code, and from the rules'
sentences. New ones are added untranslated; `tests/monitor/web/pages/test_language.py` fails until they are translated.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from monitor.i18n.language import DOMAIN, LOCALES
from monitor.web.pages.labels import FOREIGN

HERE = Path(__file__).parents[1] / "web" / "pages"
_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_METHODS = [("**.py", "python"), ("templates/**.html", "jinja2.ext:babel_extract")]
_OPTIONS = {"templates/**.html": {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true",
                                  "extensions": "jinja2.ext.i18n"}}  # fmt: skip
_WORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "gettext": None, "say": None, "mark": None, "ngettext": (1, 2),
}  # fmt: skip


def extract_messages() -> Iterator[tuple[str, str | tuple[str, ...]]]:
    """(where, message) for every message; a pair where it has a plural."""
    found = extract_from_dir(HERE, _METHODS, _OPTIONS, keywords=_WORDS)
    for name, _line, message, _comments, _context in found:
        if message:
            yield name, message
    for sentence in FOREIGN:
        yield "rules", sentence


def update_catalogue(code: str) -> Catalog:
    """The catalogue's file holds every message, translations kept, unused messages dropped."""
    path = LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    template = Catalog(domain=DOMAIN, charset="utf-8")
    for _name, message in sorted(extract_messages(), key=lambda found: str(found[1])):
        template.add(message)
    catalogue = Catalog(locale=code, domain=DOMAIN)
    if path.is_file():
        with path.open("rb") as lines:
            catalogue = read_po(lines, locale=code, domain=DOMAIN)
    catalogue.update(template, no_fuzzy_matching=True)
    catalogue.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(_HEADER.format(code=code).encode())
        write_po(out, catalogue, width=116, omit_header=True, sort_output=True, no_location=True)
    return catalogue


if __name__ == "__main__":
    made = update_catalogue("es")
    open_ones = [m.id for m in made if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
    print(f"{len(made)} messages, {len(open_ones)} to translate")
