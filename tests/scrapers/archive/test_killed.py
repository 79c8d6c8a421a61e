"""A run that is killed with an answer in hand need not ask for it again."""

from __future__ import annotations

from typing import Any

import pytest

from scrapers import ingest
from scrapers.archive import backfill
from tests.scrapers.archive.archive_world import PAGE, ArchiveWorld, table_page

ACADIA = ("LOUISIANA", "Acadia Parish Sheriff's Office", "Jail Enforcement Model", "3/4/2019", "")


class Killed(BaseException):
    """The process is gone."""


def kill(*_: Any, **__: Any) -> Any:
    raise Killed


@pytest.mark.parametrize(
    "kept", [{}, {"packed": True}, {"gone": True}, {"body": b""}, {"status": 404, "mimetype": "warc/revisit"}],
    ids=["list", "packed", "gone", "empty", "error"],
)  # fmt: skip
def test_an_answer_is_stored_before_it_is_judged(
    past: ArchiveWorld, monkeypatch: pytest.MonkeyPatch, kept: dict[str, Any]
) -> None:
    """Whatever it is: a list, one still packed, the nearest capture in another's place, nothing, an error."""
    past.archive.keep("20210301000000", PAGE, **{"body": table_page([ACADIA]), **kept})
    past.archive.keep("20210320000000", PAGE, table_page([ACADIA, ACADIA], note="Later"))
    with monkeypatch.context() as patched:
        patched.setattr(backfill, "_settle", kill)
        with pytest.raises(Killed):
            past.backfill()
    done = past.backfill()
    assert done.is_complete
    asked = [request.path for request in past.archive.requests]
    assert len(asked) == len(set(asked))
    assert len(past.captures()) == 2
    with past.open() as store:
        assert not store.connection.execute("select * from archive_answers where url like '%/web/%'").fetchall()


def test_a_body_that_came_cut_is_asked_for_again(past: ArchiveWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    past.archive.keep("20210301000000", PAGE, table_page([ACADIA]), digest="A" * 32)
    past.archive.captures[0].body = past.archive.captures[0].body[:260]  # before its table
    with monkeypatch.context() as patched:
        patched.setattr(ingest, "read_bytes", kill)
        with pytest.raises(Killed):
            past.backfill()
    for _ in range(3):
        past.backfill()
    assert len(past.archive.asked_for()) == backfill.CUT_TRIES
    assert past.captures() == [("2021-03-01T00:00:00Z", "truncated")]
