"""What is not compared in full, or not looked at again, could not have changed anything."""

from __future__ import annotations

import random
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import ListName
from monitor.changelog.state import Ledger
from monitor.matching.blocking import share_nothing
from monitor.matching.judging import side_of_new
from monitor.matching.same_agreement import Setting, judge
from tests.monitor.folded import Folded, Row, fold_lists, read_rows
from tests.monitor.matching.misprints import MISPRINTS
from tests.monitor.material import new_row

STATES = "FL TX PA GA VA MO KS OK AL TN".split()


def test_no_rule_joins_rows_of_two_states_whose_names_share_nothing() -> None:
    """Support type, date and county cell agree, on one list or after a gap; nothing but the names decides."""
    rng, told = random.Random(20261201), 0
    rows = [replace(new_row(rng, rng.choice(STATES), "", date(2025, 3, 1)), support_type="JEM") for _ in range(3000)]
    rows = [replace(row, county="Lee County") for row in rows]
    sides = [side_of_new(listing) for listing in read_rows(rows)]
    for old, new in zip(sides, rng.sample(sides, len(sides)), strict=True):
        if old.state != new.state and share_nothing(old.telling, new.telling):
            told += 1
            for gap in (0, 5):
                setting = Setting("2025-06-02", gap, lambda: False, document_shared=False, unique=True)
                assert judge(old, new, setting).verdict == "distinct", (old.name.printed, new.name.printed)
    assert told > 1000


def test_a_ruling_joins_rows_of_two_states_whatever_their_names() -> None:
    rows = [
        Row("FLORIDA", "Hollow Tree Police Department"), Row("TEXAS", "Ivy Bend Sheriff's Office"),
        Row("FLORIDA", "Bay County Sheriff's Office", county="Bay County"),
    ]  # fmt: skip
    pair = ("fl-hollow-tree-police-department-tfm-2025-03-10", "tx-ivy-bend-sheriffs-office-tfm-2025-03-10")
    lists = [[rows[0], rows[2]], [rows[1], rows[2]]]
    assert fold_lists(lists).kinds() == ["signing", "termination"]
    assert fold_lists(lists, rulings={pair: "same"}).kinds() == ["amendment"]


@pytest.mark.parametrize("lists_between", [0, 1, 20, 60])
@pytest.mark.parametrize(
    ("new", "ruled"),
    [
        (Row("TEXAS", "Ivy Bend Sheriff's Office", signed="2025-05-20"), "tx-ivy-bend-sheriffs-office-tfm-2025-05-20"),
        (
            Row("FLORIDA", "Ivy Bend Sheriff's Office", "Jail Enforcement Model", "2025-05-20"),
            "fl-ivy-bend-sheriffs-office-jem-2025-05-20",
        ),
    ],
    ids=["another state", "another support type"],
)
def test_a_ruling_joins_rows_of_other_dates_too_also_after_a_gap(new: Row, ruled: str, lists_between: int) -> None:
    left, bay = Row("FLORIDA", "Hollow Tree Police Department"), Row("FLORIDA", "Bay County Sheriff's Office")
    lists = [[left, bay], *[[bay]] * lists_between, [new, bay]]
    folded = fold_lists(lists, rulings={("fl-hollow-tree-police-department-tfm-2025-03-10", ruled): "same"})
    assert [(c.kind, c.rule) for c in folded.standing()] == [("amendment", "ruled_same")]


@settings(max_examples=30, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_looking_at_every_pending_row_on_every_list_gives_the_same_log(seed: int) -> None:
    """Rows go from one list to the other, also misspelt; many lists say what the one before said."""
    rng, names, lists = random.Random(seed), list[ListName](), []
    agencies = [new_row(rng, rng.choice(STATES[:3]), "", date(2025, 6, 1)) for _ in range(12)]
    shown: dict[ListName, list[Row]] = {"pending": agencies[:8], "participating": agencies[6:]}
    for _ in range(14):
        name: ListName = rng.choice(("pending", "participating"))
        if rng.random() < 0.6:
            went = rng.sample(shown["pending"], min(2, len(shown["pending"])))
            signed = [misprinted(rng, row) if rng.random() < 0.4 else row for row in went]
            shown["pending"] = [row for row in shown["pending"] if row not in went]
            shown["participating"] = [*shown["participating"], *signed]
        names.append(name)
        lists.append([agencies[-1], *shown[name]])
    every_days = rng.choice((1, 9))
    with pytest.MonkeyPatch.context() as patch:
        short = fold_lists(lists, names=names, every_days=every_days)
        patch.setattr(Ledger, "settled_on", property(lambda _: None, lambda *_: None), raising=False)
        whole = fold_lists(lists, names=names, every_days=every_days)
    assert stories(short) == stories(whole)


def misprinted(rng: random.Random, row: Row) -> Row:
    """The row with one misprint, if one of its kind can be made."""
    return MISPRINTS[rng.choice(sorted(MISPRINTS))](rng, row) or row


def stories(folded: Folded) -> list[object]:
    """The log, who is one agency, and which agreement goes on as which."""
    ledger = folded.ledger
    return [folded.changes, sorted(ledger.agreements.items()), sorted(ledger.agencies.items()), ledger.names]
