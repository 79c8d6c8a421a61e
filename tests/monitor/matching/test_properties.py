"""What must hold of any lists: form changes nothing, the log leads from the first list to the last, one misprint is
neither a signing nor an ending, and two lists with their links swapped are neither either."""

from __future__ import annotations

import csv
import json
import random
import shutil
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.records import PrintedRow
from monitor.changelog.log import listing_view
from monitor.matching.ids import document_key
from monitor.matching.names import normal_form
from scrapers.readers.listings import read_listings
from scrapers.readers.table import Table
from tests.monitor.folded import CORPUS, HEADERS, Folded, Row, fold_lists
from tests.monitor.matching.drift import FIRST, drift
from tests.monitor.matching.misprints import MISPRINTS
from tests.monitor.material import code_of, made_up_rows
from tests.paths import ROOT

COLUMNS = list(HEADERS)
ONE_SLIP = sorted(set(MISPRINTS) - {"two_typos"})  # two slips in one short word are beyond deciding; see test_drift
seeds = st.integers(0, 2**32 - 1)


def some_rows(seed: int, count: int = 40) -> list[Row]:
    return made_up_rows(random.Random(seed), count)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_order_case_spaces_apostrophes_and_empty_cells_change_nothing(seed: int) -> None:
    rng = random.Random(seed)
    rows = some_rows(seed)
    shuffled = rng.sample(rows, len(rows))
    columns = rng.sample(COLUMNS, len(COLUMNS))
    header = [*(HEADERS[c] for c in columns), "", ""]
    body: list[list[str]] = []
    links: dict[tuple[int, int], str] = {}
    for row in shuffled:
        while rng.random() < 0.1:
            body.append([""] * len(header))
        number = len(body) + 2
        body.append([*(_restyled(rng, str(getattr(row, c, ""))) for c in columns), "", ""])
        if row.link:
            links[number, columns.index("moa")] = row.link
    body += [[""] * len(header)] * rng.randrange(4)
    pivot = Table("Pivot", [["Row Labels", "Count"], ["TEXAS", "12"]], [1, 2])
    sheet = Table("Sheet 1", [header, *body], range(1, len(body) + 2), links)
    again = read_listings(rng.sample([sheet, pivot], 2), reader="test").listings
    assert fold_lists([rows, again, again]).standing() == []


def _restyled(rng: random.Random, text: str) -> str:
    text = text.replace(" ", rng.choice((" ", "  ", "\u00a0")), 1).replace("'", rng.choice(("'", "\u2019")))
    text = rng.choice((str, str.upper, str))(text) if not text[:1].isdigit() else text
    return rng.choice(("", " ", "\u00a0")) + text + rng.choice(("", " "))


@settings(max_examples=60, deadline=None)
@given(seeds, st.sampled_from(ONE_SLIP))
def test_one_misprint_is_neither_a_signing_nor_an_ending(seed: int, kind: str) -> None:
    rng = random.Random(seed)
    rows = some_rows(seed, 25)
    at = rng.randrange(len(rows))
    wrong = MISPRINTS[kind](rng, rows[at])
    if wrong is None or any(
        (wrong.state, wrong.agency, wrong.support_type) == (r.state, r.agency, r.support_type)
        for r in rows[:at] + rows[at + 1 :]
    ):
        return
    misprinted = [*rows[:at], wrong, *rows[at + 1 :]]
    for lists in ([rows, misprinted, misprinted], [misprinted, rows, rows], [rows, misprinted, rows, rows]):
        folded = fold_lists(lists)
        made = folded.standing("signing", "termination", "renewal", "switch", "reinstatement")
        assert made == [] or _undecidable(folded, rows[at], wrong), (rows[at], wrong)


def _undecidable(folded: Folded, row: Row, wrong: Row) -> bool:
    """The exceptions: the slip made another real place of the name, or changed its number. Then both sides ask."""
    found = folded.standing("signing", "termination", "reinstatement")
    reasons = {r for c in found for x in c.candidates for r in x["reasons"]}
    told = {"both names are real places of the state", "the numbers in the names differ"}
    told |= {"the names differ by a direction or a word like Beach"}
    return all(c.needs_review for c in found if c.kind != "reinstatement") and bool(reasons & told)


@settings(max_examples=40, deadline=None)
@given(seeds)
def test_a_wrong_state_is_put_right_or_asks_on_both_sides(seed: int) -> None:
    """Undecidable only where both states have such a place, or neither, the MOA is pending and no county tells."""
    rng = random.Random(seed)
    rows = some_rows(seed, 25)
    row = rng.choice(rows)
    other = replace(row, state=rng.choice([r.state for r in rows if code_of(r.state) != code_of(row.state)]))
    wrong = [other if r is row else r for r in rows]
    made = fold_lists([rows, wrong, wrong]).standing("signing", "termination")
    if made:
        assert sorted(c.kind for c in made) == ["signing", "termination"]
        assert all(c.needs_review and c.candidates for c in made)
    linked = replace(row, link="https://www.ice.gov/doclib/287gMOA/one.pdf")
    before = [linked if r is row else r for r in rows]
    after = [replace(linked, state=other.state) if r is row else r for r in rows]
    assert fold_lists([before, after, after]).standing("signing", "termination") == []


def contract(folded: Folded) -> list[dict[str, Any]]:
    """The changes as `changes --format json` gives them, as far as the rows go."""

    def view(listing_id: int | None) -> PrintedRow | None:
        return listing_view(folded.listings[listing_id]) if listing_id is not None else None

    return [
        {
            "kind": c.kind, "status": c.status,
            "before": view(c.before_listing),
            "after": view(c.after_listing),
        }
        for c in folded.changes
    ]  # fmt: skip


def key(view: PrintedRow) -> tuple[str, ...]:
    """What a row says, from the contract's view of it: spaces, case and apostrophes aside."""
    said: dict[str, Any] = {**view, **view["normalised"]}
    return (
        normal_form(said["state"]), normal_form(said["agency"]), normal_form(said["support_type"]),
        normal_form(said["signed_on"]),
        document_key(said["moa"] if (said["moa"] or "").startswith("http") else None) or "",
    )  # fmt: skip


def apply_log(rows: Sequence[tuple[str, ...]], changes: Sequence[dict[str, Any]]) -> set[tuple[str, ...]]:
    """The rows of the last list, from those of the first and the log: kind, before and after are enough."""
    shown = set(rows)
    for change in changes:
        if change["status"] == "retracted":
            continue
        if change["kind"] in ("termination", "amendment", "renewal", "reinstatement") and change["before"]:
            shown.discard(key(change["before"]))
        if change["kind"] in ("signing", "amendment", "renewal", "switch", "reinstatement"):
            shown.add(key(change["after"]))
    return shown


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_log_applied_to_the_first_list_gives_the_last(seed: int) -> None:
    made = drift(random.Random(seed), some_rows(seed, 80), rate=0.15, twice=False)
    folded = fold_lists(made.lists, first=FIRST)

    def shown(ids: Sequence[int]) -> list[tuple[str, ...]]:
        return [key(listing_view(folded.listings[i])) for i in ids]

    assert apply_log(shown(folded.ids[0]), contract(folded)) == set(shown(folded.ids[-1]))


@settings(max_examples=25, deadline=None)
@given(seeds)
def test_the_same_lists_again_and_an_older_list_between_leave_nothing_behind(seed: int) -> None:
    """A, B, A, B: what B changed stands once; what came and went within is retracted or told as a return."""
    made = drift(random.Random(seed), some_rows(seed, 40), steps=2, rate=0.1)
    a = made.lists[0]
    assert fold_lists([a, a, a]).changes == []
    gone = fold_lists([a, a[1:], a, a])
    assert gone.standing("signing", "termination") == []


@pytest.mark.long
@pytest.mark.skipif(not CORPUS.is_dir(), reason="the shared lists are not here")
@pytest.mark.parametrize("at", [20, 55, 90])
def test_swapping_two_lists_makes_no_signing_and_no_ending(at: int, tmp_path: Path) -> None:
    """The two links of one day exchanged, as on 22 September 2025: the log is what it is without those two lists."""
    with (CORPUS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        rows = list(csv.DictReader(lines))
    lists: dict[str, list[dict[str, str]]] = {"participating": [], "pending": []}
    for row in rows:
        if row["workbook_modified_utc"] and row["uploaded_as"] in lists and "09222025" not in row["file"]:
            lists[row["uploaded_as"]].append(row)
    one = sorted(lists["participating"], key=lambda r: r["workbook_modified_utc"])[at]
    two = min(lists["pending"], key=lambda r: abs(_digits(r) - _digits(one)))
    near = [r for group in lists.values() for r in group if abs(_digits(r) - _digits(one)) < 4_000_000]
    rest = [r for r in near if r not in (one, two)]
    swapped = [*rest, {**one, "uploaded_as": "pending"}, {**two, "uploaded_as": "participating"}]
    assert _told(tmp_path / "swapped", swapped) == _told(tmp_path / "without", rest)


def _digits(row: dict[str, str]) -> int:
    return int("".join(ch for ch in row["workbook_modified_utc"] if ch.isdigit()))


def _told(home: Path, rows: list[dict[str, str]]) -> set[tuple[str, str, str]]:
    home.mkdir()
    manifest = home / "manifest.csv"
    with manifest.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, list(rows[0]))
        writer.writeheader()
        for number, row in enumerate(rows):  # an import reads what lies beside the manifest only
            beside = home / str(number)
            beside.mkdir()
            shutil.copy(CORPUS / row["file"], beside)
            writer.writerow({**row, "file": f"{number}/{Path(row['file']).name}"})
    for arguments in (["import", "--manifest", str(manifest)], ["changes", "--format", "json"]):
        command = [sys.executable, "-m", "scheduler", *arguments, "--db", str(home / "db")]
        done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, cwd=ROOT)
        assert done.returncode in (0, 3), done.stderr
    return {
        (c["kind"], c["agreement_id"], c["status"])
        for c in json.loads(done.stdout)
        if c["kind"] in ("signing", "termination", "renewal", "switch", "reinstatement")
    }
