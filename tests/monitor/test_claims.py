"""Every sentence pattern of pages, mails and feeds against the lists: what it says is computed a second way.

`claims.tsv` names for each pattern the checks of `claims.py`; "-" says that it claims nothing of a list (a label, a
definition, a form). A pattern that is in no row fails here.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

from db.alert_models import What
from db.database import Store
from db.records import ChangeRecord
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.trend import place_of, read_trend
from monitor.changelog.log import read_log
from monitor.i18n.catalog import extract_messages, extract_tables
from monitor.web.feeds.entries import _describe as describe_entry
from monitor.web.pages import place_index
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import render
from monitor.web.pages.site import Site
from monitor.web.pages.views.places_page import county_address
from monitor.web.pages.views.search_page import Card
from tests.monitor.claim_truth import Agreement, Truth
from tests.monitor.claims import CHECKS, Subject
from tests.monitor.marked import Marked, values_of
from tests.monitor.web.pages.conftest import take_in
from tests.paths import LISTS

_LINES = (Path(__file__).parent / "claims.tsv").read_text(encoding="utf-8").splitlines()
TABLE = {pattern: checks for checks, _, pattern in (line.partition("\t") for line in _LINES)}
#: Rooms whose sentences readers see on pages, in mails and in feeds. Forms and the codebook speak of no list.
ROOMS = ("i18n/", "changelog/", "alerts/", "web/pages/", "web/feeds/")
#: A sentence with a place to fill says something of the data; so may one that speaks of lists and their times.
SPEAKS = re.compile(r"%\(|\b(?:listed|lists|pending|signed|no longer|never|since|first)\b", re.IGNORECASE)


@pytest.fixture(scope="module")
def plurals() -> dict[str, str]:
    """The plural of every pattern that has one, else the pattern itself."""
    found = (*extract_messages(), *extract_tables())
    return {m if isinstance(m, str) else m[0]: m if isinstance(m, str) else m[1] for _, m in found}


def test_every_pattern_is_in_the_table_and_every_check_is_named() -> None:
    spoken = {
        message if isinstance(message, str) else message[0]
        for where, message in extract_messages()
        if where.startswith(ROOMS) and where != "web/pages/codebook.py"
    }
    patterns = {text for text in spoken if SPEAKS.search(text)}
    assert sorted(patterns - TABLE.keys()) == [], "add them to claims.tsv: with a check, or `-` if they claim nothing"
    assert sorted(TABLE.keys() - spoken - {sentence for _, sentence in extract_tables()}) == [], "said by nothing"
    named = {name for checks in TABLE.values() for name in checks.split() if name != "-"}
    assert named == CHECKS.keys()


class Pages:
    """The pages and messages of a store in the marked language, each with whom it is about."""

    def __init__(self, store: Store, seed: int) -> None:
        self.marked, self.truth = Marked(), Truth(store.connection)
        self.site: Site = make_site(store)
        for agency in self.site.book().agencies.values():  # where the pages place them, by ZIP codes too
            self.truth.homes[agency.id] = (agency.state or "", agency.fips or "")
        self.changes = read_log(store)
        self._store, self._random = store, random.Random(seed)
        self._pending = {
            c["agreement_id"]: self.truth.agreements[str(c["evidence"]["pending_agreement"])]
            for c in self.changes if c["evidence"].get("pending_agreement") in self.truth.agreements
        }  # fmt: skip

    def draw(self, count: int) -> Iterator[tuple[str, str, Subject]]:
        """Yield (where, page, subject) for `count` agreements, as many places and days, and the country."""
        country = Subject(list(self.truth.agreements.values()))
        for path in ("", "sheets/us/"):
            yield path, self.page(path), country
        for where, page, about in self._draw_others(count):
            about.beside += [self._pending[a.id] for a in about.agreements if a.id in self._pending]
            yield where, page, about

    def _draw_others(self, count: int) -> Iterator[tuple[str, str, Subject]]:
        agreements = sorted(self.truth.agreements)
        for _ in range(count):
            agreement = self.truth.agreements[self._random.choice(agreements)]
            yield from self._of_agreement(agreement.id, agreement.agency)
            yield from self._of_place(agreement.agency)
            yield from self._of_day()
            yield from self._of_change(self._random.choice(self.changes))

    def page(self, path: str, **query: str) -> str:
        found = self.site.page(path, self.marked.language, query)
        assert found is not None, path
        return render(found, path, self.marked.language, static=False, query=query).decode()

    def _of_agreement(self, agreement_id: str, agency: str) -> Iterator[tuple[str, str, Subject]]:
        yield (
            path := f"agreements/{agreement_id}/", self.page(path), Subject([self.truth.agreements[agreement_id]])
        )  # fmt: skip
        moved = [  # of changes that were the agency's, and of agreements that went on under another office
            self.truth.agreements[id_] for c in self.site.book().agencies[agency].changes
            for id_ in [c["agreement_id"] or ""] if id_ in self.truth.agreements
        ]  # fmt: skip
        moved += [self.truth.agreements[agreement.id] for agreement in self.site.book().agencies[agency].moved]
        about = Subject([*self.truth.by_agency[agency]], moved, state=self.truth.homes[agency][0])
        for path in (f"agencies/{agency}/", f"sheets/agency/{agency}/"):
            yield path, self.page(path), about

    def _of_place(self, agency: str) -> Iterator[tuple[str, str, Subject]]:
        """Yield the pages of the agency's county, of a county drawn from all, and of a state."""
        _, fips = self.truth.homes[agency]
        drawn = self._random.choice(sorted(place_index.counties()))
        for code in {fips, drawn} & place_index.counties().keys():
            county = place_index.counties()[code]
            beside = [a for near in county.neighbors for a in self.truth.of(fips=near)]
            beside += [a for near in self.site.book().near_county.get(code, ()) for a in self.truth.by_agency[near.id]]
            about = Subject(self.truth.of(fips=code), beside, state=county.state, fips=code)
            for path in (county_address(county), county_address(county).replace("places/", "sheets/")):
                yield path, self.page(path), about
            yield from self._of_search(f"{county.name}, {place_index.state_name(county.state)}")
        yield from self._of_search(self.site.book().agencies[agency].name)
        state = self._random.choice(sorted(place_index.states()))
        about = Subject(self.truth.of(state=state), state=state)
        for path in (f"places/{state.lower()}/", f"sheets/{state.lower()}/"):
            yield path, self.page(path), about

    def _of_search(self, asked: str) -> Iterator[tuple[str, str, Subject]]:
        """Yield the answer of the search for what it found first."""
        found = self.site.page("search/", self.marked.language, {"q": asked})
        card = found.values["card"] if found is not None else None
        if not isinstance(card, Card):
            return
        kind, _, rest = card.address.strip("/").partition("/")
        if kind == "agencies":
            about = Subject(self.truth.by_agency[rest])
        elif card.county is not None:
            about = Subject(self.truth.of(fips=card.county.fips), fips=card.county.fips)
        else:
            about = Subject(self.truth.of(state=card.state or "?"), state=card.state or "")
        html = self.page("search/", q=asked)
        yield f"search/?q={asked}", html[: html.index('role="status"')].split("<details>")[0], about

    def _of_day(self) -> Iterator[tuple[str, str, Subject]]:
        first, last = (date.fromisoformat(self.truth.lists["participating"][i].day) for i in (0, -1))
        day = (first + timedelta(days=self._random.randint(0, (last - first).days))).isoformat()
        yield (path := f"compare/{day}/"), self.page(path), Subject([])
        yield f"as-of/?date={day}", self.page("as-of/", date=day), Subject([], asked_on=day)

    def _of_change(self, change: ChangeRecord) -> Iterator[tuple[str, str, Subject]]:
        agreement = self.truth.agreements.get(change["agreement_id"] or "")
        if agreement is None or change["status"] == "retracted":
            return
        keys = ("listed_on", "known_at", "candidates")
        about = Subject([agreement, *self._continued(change)], state=change["state"] or "")
        about.change = {key: str(change[key]) for key in keys}  # type: ignore[literal-required]
        yield f"changes/{change['id']}/", self.page(f"changes/{change['id']}/"), about
        what: What = "early" if change["status"] == "provisional" else "news"
        told: ChangeText = describe_change(change, what, self.marked.language, "https://tracker.example")
        entry = describe_entry(change, what, "", "https://tracker.example", again=False)
        assert entry.headline == re.sub("\u27e6.*?\u27e7", "", told.headline)  # feeds say what mails say, in English
        trend = read_trend(self._store.connection, place_of([told]), self.marked.language)
        yield (
            f"mail of {change['id']}",
            "\n".join([told.headline, *told.facts, told.certainty, trend.sentence, trend.caption]),
            about,
        )

    def _continued(self, change: ChangeRecord) -> Iterator[Agreement]:
        for key in ("continues", "pending_agreement"):
            named = change["evidence"].get(key)
            if isinstance(named, str) and named in self.truth.agreements:
                yield self.truth.agreements[named]


def wrong_sentences(pages: Pages, plurals: dict[str, str], count: int) -> tuple[list[str], Counter[str]]:
    """Return the sentences that are not so, and how often each claim was tried."""
    wrong, tried = [], Counter[str]()
    for where, page, about in pages.draw(count):
        for pattern, text in dict.fromkeys(pages.marked.sentences(page)):
            checks = TABLE.get(pattern, "-")
            if checks == "-":
                continue
            values = values_of(pattern, plurals[pattern], text)
            assert values is not None, (pattern, text)
            tried[pattern] += 1
            wrong += [
                f"{where}: {text!r} ({name})" for name in checks.split() if not CHECKS[name](values, about, pages.truth)
            ]
    return wrong, tried


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """A store with every fifth list of the corpus: enough for each sentence, in a fifth of the time."""
    if not LISTS.is_dir():
        pytest.skip(f"the real lists are not at {LISTS}")
    home = tmp_path_factory.mktemp("claims") / "data"
    paths = [path for kind in ("participating", "pending") for path in sorted((LISTS / kind).glob("*.xlsx"))[::5]]
    take_in(home, paths)
    with Store.open(home, read_only=True) as store:
        yield store


def test_what_is_said_of_random_agreements_places_and_days_is_so(corpus: Store, plurals: dict[str, str]) -> None:
    wrong, tried = wrong_sentences(Pages(corpus, seed=8), plurals, 20)
    assert wrong == []
    assert len(tried) > 50


@pytest.mark.soak
def test_what_is_said_of_two_hundred_of_them_is_so(corpus: Store, plurals: dict[str, str]) -> None:
    wrong, tried = wrong_sentences(Pages(corpus, seed=9), plurals, 200)
    assert wrong == []
    assert len(tried) > 60


def test_a_sentence_that_is_not_so_is_found(corpus: Store, plurals: dict[str, str]) -> None:
    """Were the newest participating list of another day and file, the sentences would not be true."""
    pages = Pages(corpus, seed=8)
    lists = pages.truth.lists["participating"]
    lists[-1] = replace(lists[-1], day="2025-12-01", file="another.xlsx")
    wrong, _ = wrong_sentences(pages, plurals, 2)
    assert {text.rsplit("(", 1)[1] for text in wrong} >= {"names_the_newest_list)", "covers_the_country)"}
