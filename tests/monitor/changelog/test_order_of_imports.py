"""Whatever order history comes in, and however often, the store says the same: tried on made-up histories."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Store
from monitor import policy
from monitor.changelog.rebuild import derive
from tests.dump import difference, dump
from tests.histories import NOW, Posting, Row, open_store, put

#: Names that are easy to take for one another, and some that are one agency's.
NAMES = (
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office",
    "Bay County Sheriff’s Office", "City of Melbourne Police Department", "Melbourne Police Department",
    "Melbourne Beach Police Department", "Marco Island Police Department", "Macro Island Police Department",
    "Bay County Board of County Commissioners", "Collier County Sheriff's Office", "Collier Sheriff's Office",
)  # fmt: skip
SUPPORT = ("Task Force Model", "Warrant Service Officer", "Warrant Services Officer")
STATES = ("FLORIDA", "FLORIDA ", "GEORGIA", "FLORDIA")
SIGNED = ("2025-02-26", "2025-03-03", "2025-03-10", "2025-06-12", "2026-02-26")
LINKS = ("", "", *(f"https://www.ice.gov/doclib/287gMOA/{name}.pdf" for name in ("a", "b", "Bay_MOA_03032025")))

rows = st.builds(
    Row,
    agency=st.sampled_from(NAMES),
    signed=st.sampled_from(SIGNED),
    support=st.sampled_from(SUPPORT),
    state=st.sampled_from(STATES),
    moa=st.sampled_from(LINKS),
    county=st.sampled_from(("", "Bay County", "Lake")),
)
#: Each step is what happens to a row: it goes, or one of its cells is typed again.
edits = st.one_of(
    st.tuples(st.just("remove"), st.integers(0, 20), st.none()),
    st.tuples(st.just("add"), st.integers(0, 20), rows),
    st.tuples(st.just("agency"), st.integers(0, 20), st.sampled_from(NAMES)),
    st.tuples(st.just("signed"), st.integers(0, 20), st.sampled_from(SIGNED)),
    st.tuples(st.just("state"), st.integers(0, 20), st.sampled_from(STATES)),
    st.tuples(st.just("moa"), st.integers(0, 20), st.sampled_from(LINKS)),
    st.tuples(st.just("support"), st.integers(0, 20), st.sampled_from(SUPPORT)),
)


@st.composite
def histories(draw: st.DrawFn) -> list[Posting]:
    """Three to eight postings of both lists; each edits an earlier state, with honest or lying dates."""
    first = {"participating": draw(st.lists(rows, min_size=2, max_size=7)), "pending": draw(st.lists(rows, max_size=3))}
    states = {kind: [tuple(rows)] for kind, rows in first.items()}
    moment = datetime(2026, 3, 2, 14, tzinfo=UTC)
    found = []
    for number in range(draw(st.integers(3, 8))):
        kind = draw(st.sampled_from(("participating", "participating", "pending")))
        base = draw(st.sampled_from(states[kind][-2:]))  # mostly the newest, sometimes the one before again
        listed = list(base)
        for what, where, value in draw(st.lists(edits, max_size=3)):
            if what == "add" or not listed:
                listed.insert(where % (len(listed) + 1), value if isinstance(value, Row) else draw(rows))
            elif what == "remove":
                listed.pop(where % len(listed))
            else:
                listed[where % len(listed)] = replace(listed[where % len(listed)], **{what: value})
        states[kind].append(tuple(listed))
        moment += timedelta(hours=draw(st.sampled_from((0, 1, 5, 24, 24 * 9, 24 * 60))))
        day = moment + timedelta(days=draw(st.sampled_from((0, 0, 0, -30, 12, 400))))
        name = draw(st.sampled_from((f"{kind}{day:%m%d%Y}am.xlsx", f"{kind}{day:%m%d%Y}pm.xlsx", f"list{number}.xlsx")))
        modified = draw(st.sampled_from((f"{moment:%Y-%m-%dT%H:%M:%SZ}", f"{moment:%Y-%m-%dT%H:%M:%SZ}", None)))
        seen = draw(st.sampled_from((None, moment + timedelta(hours=3), moment + timedelta(days=20))))
        linked = draw(st.sampled_from(("", kind, kind, kind, "pending")))
        found.append(
            Posting(tuple(listed), modified, name, kind, linked, f"{seen:%Y-%m-%dT%H:%M:%SZ}" if seen else None)
        )
    return found


@contextmanager
def fresh_store() -> Iterator[Store]:
    """A new store that does not wait for the disk: hundreds of them are made."""
    with tempfile.TemporaryDirectory() as home, mock.patch("os.fsync"), open_store(Path(home)) as store:
        store.connection.execute("pragma synchronous = off")
        yield store


def dumped(chunks: list[list[Posting]]) -> list[str]:
    """The dump of a new store after the chunks were taken in one after another."""
    with fresh_store() as store:
        for chunk in chunks:
            for posting in chunk:
                put(store, posting)
            derive(store, now=NOW)
        return dump(store)


def check_all_orders(history: list[Posting], order: list[int]) -> None:
    """One go, another order, halves, one at a time and a rebuild say the same; importing again says nothing new."""
    with mock.patch.object(policy, "HOLD_ROWS", 2):  # small lists must meet the guards too
        shuffled = [history[i] for i in order]
        half = len(history) // 2
        expected = dumped([history])
        assert difference(expected, dumped([shuffled])) == []
        assert difference(expected, dumped([shuffled[half:], shuffled[:half]])) == []
        assert difference(expected, dumped([[posting] for posting in shuffled])) == []
        with fresh_store() as store:
            for posting in history:
                put(store, posting)
                derive(store, now=NOW)
            assert difference(expected, dump(store)) == []
            said = store.connection.execute("select count(*) from statements").fetchone()[0]
            for posting in shuffled:
                put(store, posting)
            assert derive(store, now=NOW).stated == []
            assert derive(store, now=NOW, from_scratch=True).stated == []
            assert store.connection.execute("select count(*) from statements").fetchone()[0] == said
            assert difference(expected, dump(store)) == []


shuffles = histories().flatmap(lambda h: st.tuples(st.just(h), st.permutations(range(len(h)))))


BAKER = Row("Baker County Sheriff's Office", signed="2025-02-26")
EARLY, LATE = "2026-03-02T14:00:00Z", "2026-03-02T19:00:00Z"


def test_a_list_that_is_not_what_its_link_says_is_ordered_as_what_it_was_first_taken_for() -> None:
    """Alone the empty list is held as a swapped one; beside others it is the pending list, and comes last."""
    history = [Posting((BAKER,) * copies, modified=EARLY, file="participating03022026am.xlsx") for copies in (1, 2)]
    history.append(replace(history[0], rows=(), linked_as="pending"))
    check_all_orders(history, [2, 1, 0])


def test_two_first_lists_of_one_kind_in_one_go_after_those_of_the_other() -> None:
    town = replace(BAKER, agency="Melbourne Police Department")
    pending = [Posting(rows, modified=EARLY, file="pending03022026am.xlsx", kind="pending") for rows in ((), (BAKER,))]
    signed = [(BAKER, town, *[BAKER] * 5), (replace(BAKER, signed="2025-03-03"), *[BAKER] * 6)]
    posted = [Posting(rows, modified=LATE, file="participating03022026am.xlsx") for rows in signed]
    check_all_orders([*pending, *posted], [2, 3, 0, 1])


@pytest.mark.long
@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(shuffles)
def test_any_order_and_any_portions_say_the_same(drawn: tuple[list[Posting], list[int]]) -> None:
    check_all_orders(*drawn)


@pytest.mark.soak
@settings(max_examples=600, deadline=None, suppress_health_check=list(HealthCheck))
@given(shuffles)
def test_any_order_and_any_portions_say_the_same_tried_at_length(drawn: tuple[list[Posting], list[int]]) -> None:
    check_all_orders(*drawn)
