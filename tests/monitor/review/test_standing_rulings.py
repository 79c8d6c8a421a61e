"""Whatever people rule, and whatever comes in between, the public log is the one of the rulings that stand."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings

from db.database import Store
from db.desk_models import Verdict
from db.queries import review_audit
from db.queries.publication_list import read_publications
from db.queries.rulings import in_force, list_rulings
from monitor import policy
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from tests.dump import difference, dump
from tests.histories import Posting, put
from tests.monitor.review.ruled_desk import Desk, open_desk
from tests.monitor.review.ruling_stories import (
    FIRST,
    HIDDEN_WHEN_TAKEN_BACK,
    IMPORTED_FOR_A_ROW_OF_BOTH_LISTS,
    LATER,
    ON_A_HELD_ROW,
    STATED_BY_A_LIST_BETWEEN,
    STORIES,
    TAKEN_OUT_TWICE,
    Story,
)


def public(store: Store) -> list[tuple[str, ...]]:
    """The public log, without when each became known."""
    return sorted((c["id"], c["kind"], c["status"], str(c["needs_review"]), c["reason"]) for c in read_log(store))


def check(story: Story) -> None:
    """Live through the story; then again with the rulings alone that stand at its end, each at its time."""
    lists, between = story
    with mock.patch.object(policy, "HOLD_ROWS", 2), open_desk() as desk, TemporaryDirectory() as home:
        for posting, doings in zip((FIRST, *lists), between, strict=True):
            desk.take(posting)
            for doing in doings:
                desk.do(*doing)
        with Store.open(Path(home)) as plain:
            live_again(plain, desk)
            assert [x for x in difference(dump(plain), dump(desk.store)) if x[2:9] != "rulings"] == []
            told = {row[0] for row in desk.store.connection.execute("select change_id from told")}
            mine, theirs = public(desk.store), public(plain)
            assert {line for line in mine if line[2] != "retracted"} == {x for x in theirs if x[2] != "retracted"}
            assert find_left(desk) <= {line[0] for line in theirs} | told
            check_told(desk.store)


def live_again(plain: Store, desk: Desk) -> None:
    """Another store gets the same lists, and of the rulings those that are in force in the end."""
    standing = {r.id: r for r in in_force(list_rulings(desk.store.connection))}
    for at, what in desk.lived:
        if isinstance(what, Posting):
            put(plain, what, known_at=at)
        else:
            with plain.writing() as connection:
                for r in (standing[i] for i in what if i in standing):
                    review_audit.add_ruling(
                        connection, Verdict(r.ruling, r.subject, r.other), made_at=r.made_at, reviewer=r.reviewer,
                        reason=r.reason, on_change=r.on_change, about=r.about,
                    )  # fmt: skip
        derive(plain, now=at)


def find_left(desk: Desk) -> set[str]:
    """Lines in the log that were retracted by an undo, or by a list's ruling that itself no longer counts."""
    rulings = list_rulings(desk.store.connection)
    fine = {r.id for r in rulings if r.ruling in ("same", "distinct", "confirm", "dismiss")}
    fine |= {r.id for r in in_force(rulings)}
    kept = {at for at, what in desk.lived if isinstance(what, Posting) or fine.issuperset(what)}
    query = "select change_id, max(known_at) from statements group by change_id"
    said_last = dict(desk.store.connection.execute(query).fetchall())
    return {line[0] for line in public(desk.store) if line[2] == "retracted" and said_last[line[0]] not in kept}


def check_told(store: Store) -> None:
    """Nobody was told the same twice in a row, and whatever was told and is retracted is or will be corrected."""
    said: dict[str, list[str]] = {}
    for change_id, what in store.connection.execute(
        "select change_id, what from deliveries where status != 'dropped' order by id"
    ):
        said.setdefault(change_id, []).append(what)
    status = {c["id"]: c["status"] for c in read_log(store)}
    for change_id, whats in said.items():
        assert all(a != b for a, b in pairwise(whats)), whats
        assert (status.get(change_id) == "retracted") == (whats[-1] == "correction"), whats


@settings(max_examples=10, deadline=None, suppress_health_check=list(HealthCheck))
@example(ON_A_HELD_ROW)
@example(HIDDEN_WHEN_TAKEN_BACK)
@example(STATED_BY_A_LIST_BETWEEN)
@example(TAKEN_OUT_TWICE)
@example(IMPORTED_FOR_A_ROW_OF_BOTH_LISTS)
@given(STORIES)
def test_the_public_log_is_the_one_of_the_standing_rulings(story: Story) -> None:
    check(story)


@pytest.mark.soak
@settings(max_examples=300, deadline=None, suppress_health_check=list(HealthCheck))
@given(STORIES)
def test_the_public_log_is_the_one_of_the_standing_rulings_tried_at_length(story: Story) -> None:
    check(story)


def test_the_lists_of_the_stories_are_held_for_every_reason() -> None:
    """Each alone after those before it: what a person has to say about it is another thing each time."""
    found = {}
    for posting in LATER:
        with mock.patch.object(policy, "HOLD_ROWS", 2), open_desk() as desk:
            for before in (FIRST, LATER[0], posting):
                desk.take(before)
            (last,) = [p for p in read_publications(desk.store.connection) if p["file"] == posting.file]
            found[posting.file] = (last["status"], *(reason.partition(":")[0] for reason in last["reasons"]))
    assert found == {
        "pendingAgencies06032025.xlsx": ("accepted",), "b.xlsx": ("accepted",), "c.xlsx": ("held", "shrunk"),
        "d.xlsx": ("held", "swapped"), "e.xlsx": ("held", "churned"), "f.xlsx": ("held", "emptied"),
        "pendingAgencies06092025.xlsx": ("held", "unclear"), "g.xlsx": ("accepted",),
    }  # fmt: skip
