"""A store that lives: fetches, verifications, page checks and rulings come in any mixture, and a rebuild agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from unittest import mock

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from db.database import Store
from db.models import Fetch, StatedTotals
from db.queries import fetches, runs
from monitor import policy
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.review import decide
from tests.dump import difference, dump
from tests.histories import Posting, Row, put
from tests.monitor.changelog.test_order_of_imports import fresh_store, histories

#: What happens between two lists: ICE is asked again, its page changes, or a person rules on something.
events = st.lists(
    st.one_of(
        st.tuples(st.just("verify"), st.integers(0, 9)),
        st.tuples(st.just("page"), st.sampled_from(("both", "participating", "none"))),
        st.tuples(st.sampled_from(("dismiss", "confirm", "distinct", "same")), st.integers(0, 30)),
        st.tuples(st.sampled_from(("release", "reject")), st.integers(0, 9)),
    ),
    max_size=3,
)
lives = histories().flatmap(
    lambda h: st.tuples(st.just(h), st.lists(st.tuples(st.booleans(), events), min_size=len(h), max_size=len(h)))
)


class Life:
    """Lets things happen to a store, one after another, each some hours after the last; derives after each."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self.now = datetime.fromisoformat("2026-10-01T12:00:00+00:00")
        self.pages = 0

    def tick(self) -> str:
        self.now += timedelta(hours=30)
        return f"{self.now:%Y-%m-%dT%H:%M:%SZ}"

    def fetch(self, posting: Posting) -> None:
        at = self.tick()
        served = replace(posting, seen_at=at)
        self.answer(put(self.store, served, known_at=at, how="fetch"), served.file, served.linked_as, at, "new")

    def answer(self, sha256: str, file: str, linked_as: str, at: str, outcome: str) -> None:
        linked = linked_as or None
        fetches.record_fetch(
            self.store, None,
            Fetch(file, at, outcome, 200, sha256, linked_as=linked, file_name=file),  # type: ignore[arg-type]
        )  # fmt: skip

    def happen(self, what: str, which: object) -> None:
        at = self.tick()
        if what == "page":
            names = {"both": ("participating", "pending"), "participating": ("participating",)}.get(str(which), ())
            self.pages += 1
            fetches.record_page(
                self.store, runs.start_run(self.store, at), sha256=self.store.archive.put(b"page"),
                text_sha256=f"{self.pages:064}", seen_at=at, links=[{"url": n, "linked_as": n} for n in names],
                totals=StatedTotals("", None, 4, None, None),
            )  # fmt: skip
            return
        assert isinstance(which, int)
        if what == "verify":
            known = self.store.connection.execute(
                "select sha256, file, linked_as from sightings order by id"
            ).fetchall()
            sha256, file, linked_as = known[which % len(known)]
            self.answer(sha256, file, linked_as, at, "same")
        elif what in ("release", "reject"):
            lists = self.store.connection.execute("select distinct sha256 from publications order by sha256").fetchall()
            decide.rule(self.store, what, lists[which % len(lists)][0], reviewer="Ann", reason="", made_at=at)
        else:
            changes = [c for c in read_log(self.store) if c["agreement_id"]]
            ids = [row[0] for row in self.store.connection.execute("select id from agreements order by id")]
            if not changes or not ids:
                return
            change = changes[which % len(changes)]
            other = ids[which % len(ids)] if what in ("same", "distinct") else ""
            decide.rule(self.store, what, change["id"], other, reviewer="Ann", reason="", made_at=at)


def live(history: list[Posting], between: list[tuple[bool, list[tuple[str, object]]]]) -> None:
    with mock.patch.object(policy, "HOLD_ROWS", 2), fresh_store() as store:
        life = Life(store)
        remembered: list[tuple[str, object]] = []
        for posting, (fetched, happening) in zip(history, between, strict=True):
            if fetched:
                life.fetch(posting)
            else:
                put(store, posting, known_at=life.tick())
            derive(store, now=life.tick())
            for what, which in happening:
                life.happen(what, which)
                derive(store, now=life.tick())
            moment = life.tick()
            remembered.append((moment, read_log(store)))
        made, said = dump(store), read_log(store)
        assert derive(store, now=life.tick(), from_scratch=True).stated == []
        assert difference(made, dump(store)) == []
        assert read_log(store) == said
        for moment, log in remembered:
            assert read_log(store, Filter(known_at=moment)) == log


BAKER = Row("Baker County Sheriff's Office", "2025-02-26")
#: A list judged to be the other one, fetched long after it was saved: a later one shows that it is old.
OLD_LIST = [
    Posting((BAKER,), modified="2026-03-02T14:00:00Z", file="pending03022026am.xlsx", kind="pending"),
    Posting((BAKER, BAKER), modified="2026-03-02T19:00:00Z", file="list1.xlsx", linked_as="pending"),
    Posting((BAKER, BAKER), modified="2026-03-02T20:00:00Z", file="participating03022026am.xlsx"),
]
#: A list judged to be the other one, named for a later day than the next list's.
LATER_NAME = [
    OLD_LIST[0],
    Posting((BAKER, BAKER), modified="2026-03-02T19:00:00Z", file="list03052026.xlsx", linked_as="pending"),
    Posting((BAKER, BAKER), modified="2026-03-03T02:00:00Z", file="participating03022026pm.xlsx"),
]


@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives)
@example((OLD_LIST, [(False, []), (True, []), (False, [])]))
@example((LATER_NAME, [(False, []), (False, []), (False, [])]))
def test_increments_equal_a_rebuild_and_the_past_stays_known(
    life: tuple[list[Posting], list[tuple[bool, list[tuple[str, object]]]]],
) -> None:
    live(*life)


@pytest.mark.soak
@settings(max_examples=500, deadline=None, suppress_health_check=list(HealthCheck))
@given(lives)
def test_increments_equal_a_rebuild_and_the_past_stays_known_tried_at_length(
    life: tuple[list[Posting], list[tuple[bool, list[tuple[str, object]]]]],
) -> None:
    live(*life)
