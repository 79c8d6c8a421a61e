"""The documentation lists what there is and nothing else, and its links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from db.database import Store
from db.settings import Settings
from db.settings_sources import CONFIG_VARIABLE
from monitor.changelog import log
from monitor.matching import reasons as rules
from monitor.publications import check
from monitor.review import ruling_kinds
from scrapers import document_errors
from scrapers.crawl import outcomes
from scrapers.readers import signals
from tests.documents import COMMANDS, DOCS, agree, anchors, first_cells, links, page
from tests.paths import ROOT

PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md", *sorted(DOCS.glob("*.md"))]
#: Options of every command, described once.
COMMON = {"--db", "--help", "--verbose", "-v", "--version", "--log-format"}


def words_of(command: Any) -> set[str]:
    """A command's options as typed, and its arguments in capitals; those of every command aside."""
    words: set[str] = set()
    for parameter in command.params:
        if parameter.param_type_name == "argument":
            words.add(str(parameter.name).upper())
        else:
            words |= {*parameter.opts, *parameter.secondary_opts} - COMMON
    return words


# -- what is listed ----------------------------------------------------------------------------------------------------


def test_every_command_has_a_section_and_every_section_a_command() -> None:
    described = {title for title, text in page("commands.md").items() if title in COMMANDS or "ice-agreements " in text}
    agree(described & set(COMMANDS), COMMANDS, "docs/commands.md")
    level_three = re.findall(r"^### `([^`]+)`$", (DOCS / "commands.md").read_text(encoding="utf-8"), re.MULTILINE)
    agree(level_three, COMMANDS, "docs/commands.md, headings")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_of_a_command_is_documented(name: str) -> None:
    section = page("commands.md")[name]
    listed = [c.split()[0] for c in first_cells(section) if c.startswith("-") or c.isupper()]
    agree(listed, words_of(COMMANDS[name]), name)


def test_the_options_of_every_command_are_documented_once() -> None:
    listed = [c.split()[0] for c in first_cells(page("commands.md")["For every command"], "option")]
    agree(listed, COMMON, "docs/commands.md")


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_and_command_has_help(name: str) -> None:
    command = COMMANDS[name]
    assert command.help
    silent = [p.name for p in command.params if not getattr(p, "help", None)]
    assert silent == []


def as_written(default: Any) -> str:
    """A setting's default as the page prints it."""
    plain = default.get_secret_value() if isinstance(default, SecretStr) else default
    if plain is None:
        return "(not set)"
    if isinstance(plain, bool):
        return str(plain).lower()
    return (f"{plain:g}" if isinstance(plain, float) else str(plain)) or "(empty)"


def test_every_setting_is_documented_with_its_default() -> None:
    text = "\n".join(page("settings.md").values())
    rows = [line for line in text.splitlines() if line.startswith("| `")]
    listed = [[cell.strip(" `") for cell in row.strip("|").split("|")[:3]] for row in rows]
    agree([name for _, name, _ in listed], Settings.model_fields, "docs/settings.md")
    for variable, name, default in listed:
        assert variable == f"ICE_AGREEMENTS_{name.upper()}"
        assert default == as_written(Settings.model_fields[name].default), name
    assert CONFIG_VARIABLE in text
    assert "ICE_AGREEMENTS_REVIEWER" in text


def test_every_table_and_column_is_documented(tmp_path: Path) -> None:
    described = page("database.md")
    with Store.open(tmp_path) as store:
        tables = {
            str(row[0]): {str(c[1]) for c in store.connection.execute(f"pragma table_info({row[0]})")}
            for row in store.connection.execute("select name from sqlite_master where type in ('table', 'view')")
            if not str(row[0]).startswith(("_sqlite_migrations", "sqlite_", "moa_pages_"))  # SQLite's own
        }
    listed = re.findall(r"^### (\w+)$", (DOCS / "database.md").read_text(encoding="utf-8"), re.MULTILINE)
    agree(listed, tables, "docs/database.md")
    for name, columns in tables.items():
        agree(first_cells(described[name]), columns, f"docs/database.md, {name}")


def error_codes(root: type[document_errors.DocumentError] = document_errors.DocumentError) -> Iterator[str]:
    for one in root.__subclasses__():
        yield one.code
        yield from error_codes(one)


CODES: dict[str, Iterable[str]] = {
    "Statuses of a list": ("accepted", "duplicate", "stale", "held", "rejected"),
    "Reasons for a list's status": check.REASONS,
    "Kinds of change": log.KINDS,
    "Statuses of a change": log.STATUSES,
    "Rules": rules.RULES,
    "What speaks against a pairing": rules.AGAINST,
    "Rulings": ruling_kinds.RULINGS,
    "Signals of the readers": signals.SIGNALS,
    "Documents that cannot be read": set(error_codes()),
    "Outcomes of a fetch": outcomes.OUTCOMES,
    "Outcomes of a run": ("good", "partial", "failed"),
}


@pytest.mark.parametrize("title", CODES)
def test_every_code_is_explained(title: str) -> None:
    agree(first_cells(page("reasons.md")[title]), CODES[title], f"docs/reasons.md, {title}")


@pytest.mark.parametrize(("mark", "codes"), [("again", outcomes.RETRYABLE), ("stops", outcomes.STOPPING)])
def test_the_page_says_which_outcomes_are_tried_again_and_which_stop_the_pass(mark: str, codes: frozenset[str]) -> None:
    rows = [line for line in page("reasons.md")["Outcomes of a fetch"].splitlines() if line.startswith("| `")]
    marked = [first_cells(f"| outcome |\n|---|\n{row}")[0] for row in rows if mark in row.rstrip("| ").split("|")[-1]]
    agree(marked, codes, mark)


def test_no_code_is_raised_that_the_vocabulary_does_not_hold() -> None:
    """Literal statuses and run outcomes in the code are those of the page; the lists above are not out of the air."""
    texts = "\n".join(
        p.read_text(encoding="utf-8") for p in [*ROOT.glob("monitor/**/*.py"), *ROOT.glob("scrapers/**/*.py")]
    )
    publication = set(re.findall(r'(?:publication|earlier|p)\.status(?:, \w+\.\w+)? = "(\w+)"', texts))
    assert publication <= set(CODES["Statuses of a list"])
    assert publication >= {"duplicate", "stale", "held", "rejected"}


# -- links -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES, ids=lambda p: str(p.relative_to(ROOT)))
def test_every_link_between_pages_leads_to_a_page_and_a_heading(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for link in links(text):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (path.parent / name).resolve() if name else path
        assert target.is_file(), f"{path.name}: {link} leads nowhere"
        if anchor:
            assert anchor in anchors(target.read_text(encoding="utf-8")), f"{path.name}: no such heading: {link}"


def test_each_promise_of_the_security_page_has_its_test() -> None:
    rows = [
        line for line in (ROOT / "docs" / "security.md").read_text(encoding="utf-8").splitlines() if "test_" in line
    ]
    files = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("test_*.py")}
    for row in rows:
        for named in re.findall(r"`([\w/]*test_\w+(?:\.py)?)`", row.rpartition(" | ")[2]):
            if named.endswith(".py"):
                assert Path(named).name in files, named
                assert "/" not in named or (ROOT / named).is_file(), named
            else:
                assert any(f"def {named}(" in text for text in files.values()), named
    assert len(rows) > 15
