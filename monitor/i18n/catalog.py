"""Update the catalogs from code and templates: `python -m monitor.i18n.catalog` (for development).

Messages come from `_` and `ngettext` in templates and from `N_`, `say`, `count`, `gettext` and `ngettext` in code;
those of rules and of reasons from their tables. New messages are added untranslated;
`tests/monitor/i18n/test_catalog.py` fails until they are translated.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from monitor.i18n.language import DOMAIN, LANGUAGES, LOCALES

MONITOR = Path(__file__).parents[1]
FOLDERS = ("i18n", "changelog", "alerts", "web/pages", "web/forms", "web/feeds")
#: Tables of sentences about rules and lists. They are read, not imported: those stages come after i18n.
TABLES = {"matching/reasons.py": ("RULES", "AGAINST"), "publications/check.py": ("REASON_NAMES",)}
_HEADER = """msgid ""
msgstr ""
"Language: {code}\\n"
"Content-Type: text/plain; charset=utf-8\\n"
"Plural-Forms: nplurals=2; plural=(n != 1);\\n"

"""
_METHODS = [("**.py", "python"), ("**.html", "jinja2.ext:babel_extract"), ("**.j2", "jinja2.ext:babel_extract")]
_JINJA = {"newstyle_gettext": "true", "trim_blocks": "true", "lstrip_blocks": "true", "silent": "false"}
_OPTIONS = {"**.html": _JINJA, "**.j2": _JINJA}
_KEYWORDS: dict[str, tuple[int, ...] | None] = {
    "_": None, "gettext": None, "say": None, "N_": None, "ngettext": (1, 2), "count": (1, 2),
}  # fmt: skip

Message = str | tuple[str, ...]


def extract_messages() -> Iterator[tuple[str, Message]]:
    """Yield (file, message) for every message in code and templates; a pair where it has a plural."""
    for folder in FOLDERS:
        found = extract_from_dir(MONITOR / folder, _METHODS, _OPTIONS, keywords=_KEYWORDS)
        for name, _line, message, _comments, _context in found:
            if message:
                yield f"{folder}/{name}", message


def extract_tables() -> Iterator[tuple[str, Message]]:
    """Yield (file, sentence) for every rule, doubt and reason for holding a list."""
    for file, names in TABLES.items():
        for node in ast.parse((MONITOR / file).read_text(encoding="utf-8")).body:
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") in names:
                yield from ((file, sentence) for sentence in ast.literal_eval(node.value).values())


def read_catalog(code: str) -> Catalog:
    """Return a language's catalog; an empty one where there is none yet."""
    path = LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    if not path.is_file():
        return Catalog(locale=code, domain=DOMAIN)
    with path.open("rb") as lines:
        return read_po(lines, locale=code, domain=DOMAIN)


def update_catalog(code: str) -> Catalog:
    """Write the catalog with every message: translations are kept, unused messages dropped."""
    path = LOCALES / code / "LC_MESSAGES" / f"{DOMAIN}.po"
    template = Catalog(domain=DOMAIN, charset="utf-8")
    for _name, message in sorted((*extract_messages(), *extract_tables()), key=lambda found: str(found[1])):
        template.add(message)
    catalog = read_catalog(code)
    catalog.update(template, no_fuzzy_matching=True)
    catalog.obsolete.clear()
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("wb") as out:
        out.write(_HEADER.format(code=code).encode())
        write_po(out, catalog, width=116, omit_header=True, sort_output=True, no_location=True)
    return catalog


if __name__ == "__main__":
    for language_code in LANGUAGES.keys() - {"en"}:
        made = update_catalog(language_code)
        to_do = [m.id for m in made if m.id and not all(m.string if isinstance(m.string, tuple) else (m.string,))]
        print(f"{language_code}: {len(made)} messages, {len(to_do)} to translate")
