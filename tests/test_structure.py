"""The house stands as docs/architecture.md draws it; each check is shown failing on a made-up source."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import pytest

from tests import emitted_codes, source_words, structure
from tests.paths import ROOT
from tests.structure import Source
from tests.test_docs import CODES

CHANGE_STATUS = "monitor/changelog/change_status.py"


@cache
def sources() -> tuple[Source, ...]:
    return tuple(structure.read_sources())


def statuses(found: Iterable[Source]) -> list[str]:
    return source_words.statuses_set_outside(found, CHANGE_STATUS)


CHECKS: list[Callable[[Iterable[Source]], list[str]]] = [
    structure.imports_against_the_stages,
    structure.circles,
    source_words.sql_outside_db,
    statuses,
    structure.repeated_basenames,
    structure.overlong,
    source_words.untyped_borders,
    source_words.unresolved_names,
]


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.__name__)
def test_the_tree_holds(check: Callable[[Iterable[Source]], list[str]]) -> None:
    assert check(sources()) == []


BROKEN: list[tuple[Callable[[Iterable[Source]], list[str]], dict[str, str]]] = [
    (
        structure.imports_against_the_stages,
        {"monitor/matching/a.py": "def late():\n    from monitor.changelog.b import c"},
    ),
    (structure.imports_against_the_stages, {"monitor/web/pages/a.py": "from monitor.web.desk import app"}),
    (structure.imports_against_the_stages, {"monitor/web/http/a.py": "from monitor.web.pages.book import Book"}),
    (structure.imports_against_the_stages, {"monitor/review/a.py": "import monitor.unheard_of.thing"}),
    (structure.circles, {"db/a.py": "from db import b", "db/b.py": "from db.c import x", "db/c.py": "import db.a"}),
    (source_words.sql_outside_db, {"monitor/alerts/a.py": "store.connection.execute(words)"}),
    (source_words.sql_outside_db, {"scrapers/a.py": "QUERY = 'select 1 from changes'"}),
    (source_words.sql_outside_db, {"monitor/alerts/a.py": "connection.executemany(words, rows)"}),
    (statuses, {"monitor/review/a.py": "change.status = 'confirmed'"}),
    (statuses, {"monitor/review/a.py": "change.status, change.reason = 'retracted', why"}),
    (structure.repeated_basenames, {"monitor/web/pages/words.py": "", "monitor/alerts/words.py": ""}),
    (structure.overlong, {"db/a.py": "x = 1\n" * 301}),
    (structure.overlong, {"db/a.py": "def f():\n" + "    x = 1\n" * 50}),
    (
        source_words.untyped_borders,
        {
            "monitor/changelog/a.py": "def f() -> list[dict[str, Any]]: ...",
            "monitor/web/pages/b.py": "from monitor.changelog.a import f",
        },
    ),
    (
        source_words.untyped_borders,
        {
            "monitor/changelog/a.py": "def f(x: Mapping[str, Any]) -> None: ...",
            "monitor/web/pages/b.py": "from monitor.changelog import a\na.f({})",
        },
    ),
    (source_words.unresolved_names, {"db/a.py": '"""See `db.gone.thing`."""'}),
    (source_words.unresolved_names, {"db/a.py": "# tests/nowhere/test_gone.py holds this"}),
]


@pytest.mark.parametrize(("check", "files"), BROKEN)
def test_each_check_fails_when_the_tree_is_broken(
    check: Callable[[Iterable[Source]], list[str]], files: dict[str, str]
) -> None:
    assert len(check([Source(path, text) for path, text in files.items()])) == 1


SOUND: list[tuple[Callable[[Iterable[Source]], list[str]], dict[str, str]]] = [
    (structure.imports_against_the_stages, {"monitor/changelog/a.py": "from monitor.matching.b import c\nimport json"}),
    (structure.imports_against_the_stages, {"monitor/web/pages/a.py": "from monitor.web.http.headers import HEADERS"}),
    (structure.imports_against_the_stages, {"monitor/web/app.py": "from monitor.web.desk.app import routes"}),
    (structure.circles, {"db/a.py": "from db import b", "db/b.py": "def f():\n    from db import a"}),
    (source_words.sql_outside_db, {"db/queries/a.py": "connection.execute('select 1 from changes')"}),
    (source_words.sql_outside_db, {"monitor/alerts/a.py": "WORDS = 'Select a county from the list'"}),
    (statuses, {CHANGE_STATUS: "change.status = 'confirmed'", "monitor/publications/a.py": "p.status = 'held'"}),
    (structure.repeated_basenames, {"monitor/web/pages/app.py": "", "monitor/web/api/app.py": ""}),
    (structure.overlong, {"db/a.py": "x = 1\n" * 300}),
    (source_words.unresolved_names, {"db/a.py": '"""See `db.a.Thing`."""\nclass Thing: ...'}),
]


@pytest.mark.parametrize(("check", "files"), SOUND)
def test_no_check_complains_of_what_is_right(
    check: Callable[[Iterable[Source]], list[str]], files: dict[str, str]
) -> None:
    assert check([Source(path, text) for path, text in files.items()]) == []


def test_the_docs_name_only_files_that_there_are() -> None:
    assert source_words.missing_in_docs() == []


def test_every_code_that_is_explained_is_emitted() -> None:
    every = {code for codes in CODES.values() for code in codes}
    assert emitted_codes.codes_never_emitted(every, sources()) == []


def test_a_code_that_nothing_emits_is_seen() -> None:
    source = Source("db/a.py", 'MEANINGS = {"gone": "it went", "here": "it is here"}\nfound = "here: row 4"')
    assert emitted_codes.codes_never_emitted(["gone", "here"], [source]) == ["gone"]


def test_every_code_is_seen_in_a_test() -> None:
    every = {code for codes in CODES.values() for code in codes}
    assert sorted(every - emitted_codes.codes_seen_in_tests(ROOT / "tests", sources())) == []


def test_a_code_that_no_test_asserts_is_not_seen(tmp_path: Path) -> None:
    (tmp_path / "test_a.py").write_text('x = "gone"\nassert f(1) == "here: row 4"', encoding="utf-8")
    seen = emitted_codes.codes_seen_in_tests(tmp_path, [])
    assert "here" in seen
    assert "gone" not in seen
