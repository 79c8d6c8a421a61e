"""What ICE did with a document is told once, and only what its answers show."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import ListedMoa, MoaSighting
from db.queries import moas
from monitor.documents.events import KINDS, read_events
from tests.documents import first_cells, page
from tests.monitor.documents.shelf import run

URL = "https://www.ice.gov/doclib/287gMOA/a.pdf"


@pytest.mark.parametrize(
    ("answers", "events"),
    [
        (["A"], []),  # met for the first time
        (["A", "A", "A"], []),
        (["404", "A"], [("moa_posted", None, "A", True)]),
        (["404", "404", "A", "A"], [("moa_posted", None, "A", True)]),
        (["A", "B", "B"], [("moa_replaced", "A", "B", True)]),
        (["A", "B", "A"], [("moa_replaced", "A", "B", True), ("moa_replaced", "B", "A", True)]),
        (["A", "404"], [("moa_removed", "A", None, False)]),
        (["A", "404", "404", "404"], [("moa_removed", "A", None, True)]),
        (["A", "404", "A"], []),  # a slip
        (["A", "404", "403", "404"], [("moa_removed", "A", None, True)]),
        (["A", "403", "A"], []),
        (["A", "404", "404", "B"], [("moa_removed", "A", None, True), ("moa_posted", "A", "B", True)]),
        (["403", "403"], []),
    ],
)
def test_answers_become_events(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, answers: list[str],
    events: list[tuple[str, str | None, str | None, bool]],
) -> None:  # fmt: skip
    row = ListedMoa(URL, "moa", "fl-a-tfm", "fl-a", "A", "FL", None, None, "TFM", None, True, True)
    monkeypatch.setattr(moas, "load_listed", lambda connection: [row])
    with Store.open(tmp_path / "home") as store:
        kept = {name: store.archive.put(name.encode()) for name in "AB"}
        there: str | None = None
        for number, answer in enumerate(answers):
            outcome = {"404": "not_there", "403": "block_page"}.get(answer)
            if outcome is None:
                outcome = "kept" if there is None else "same" if there == answer else "replaced"
                there = answer
            at = f"2026-01-{number + 1:02d}T00:00:00Z"
            moas.record_sighting(store, MoaSighting(URL, "a.pdf", at, "fetch", outcome, kept.get(answer)))
        told = read_events(store.connection)
    names = {sha256: name for name, sha256 in kept.items()}
    found = [(e["kind"], names.get(e["before"] or ""), names.get(e["after"] or ""), e["is_certain"]) for e in told]
    assert found == events
    assert all(event["agreement_ids"] == ["fl-a-tfm"] for event in told)
    assert all((event["certain_at"] is not None) == event["is_certain"] for event in told)


def test_the_command_tells_them(tmp_path: Path) -> None:
    with Store.open(tmp_path / "home") as store:
        one, two = store.archive.put(b"one"), store.archive.put(b"two")
        moas.record_sighting(store, MoaSighting(URL, "a.pdf", "2026-01-01T00:00:00Z", "fetch", "kept", one))
        moas.record_sighting(store, MoaSighting(URL, "a.pdf", "2026-02-01T00:00:00Z", "fetch", "replaced", two))
    (event,) = json.loads(run("moas", "--history", "--format", "json", home=tmp_path / "home").stdout)
    assert (event["kind"], event["at"], event["before"], event["after"]) == (
        "moa_replaced", "2026-02-01T00:00:00Z", one, two,
    )  # fmt: skip


def test_every_kind_is_explained() -> None:
    assert set(first_cells(page("documents.md")["Events"])) == set(KINDS)
