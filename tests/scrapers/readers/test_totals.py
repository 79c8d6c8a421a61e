"""What ICE's sentences state, counted by hand from the stored pages and from single sentences."""

from __future__ import annotations

import pytest

from scrapers.crawl.landing_page import parse_page
from scrapers.readers.totals import read_totals
from tests.scrapers.crawl.test_pagelinks import stored
from tests.standin.forms import totals_html

#: page -> (as of, agreements, states, territories, per support type, pending)
EXPECTED = {
    "landing-2017-table": (None, 60, 18, None, {}, None),
    "landing-2021-table": ("2024-12-11", None, None, None, {"JEM": (60, 16), "WSO": (75, 11)}, None),
    "landing-2025-02-in-place": (
        "2025-02-26", None, None, None, {"JEM": (76, 17), "WSO": (98, 14), "TFM": (3, 2)}, None,
    ),
    "landing-2025-05-totals": (
        "2025-05-30", 635, 40, None, {"JEM": (102, 26), "WSO": (220, 29), "TFM": (313, 30)}, 74,
    ),
    "landing-2025-09-names": (
        "2025-09-15", 1001, 40, None, {"JEM": (128, 28), "WSO": (351, 34), "TFM": (522, 33)}, None,
    ),
    "landing-2026-04-mixed": (
        "2026-04-17", 1702, 39, 2, {"JEM": (160, 31), "WSO": (520, 37), "TFM": (1022, 35)}, None,
    ),
    "landing-2026-08-around": (
        "2026-08-26", 2382, 39, 2, {"JEM": (171, 32), "WSO": (640, 37), "TFM": (1571, 36)}, None,
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", EXPECTED)
def test_the_totals_of_a_stored_page_are_read(name: str) -> None:
    said = read_totals(stored(name).lines)
    assert said is not None
    assert (
        said.as_of_on,
        said.agreements,
        said.states,
        said.territories,
        said.by_support_type,
        said.pending,
    ) == EXPECTED[name]


@pytest.mark.parametrize(
    "name", ["landing-2026-silent-link", "landing-no-list", "blocked-akamai", "blocked-maintenance"]
)
def test_a_page_that_states_no_count_has_no_totals(name: str) -> None:
    assert read_totals(stored(name).lines) is None


def test_the_sentence_is_ices_own_word_for_word() -> None:
    said = read_totals(stored("landing-2026-08-around").lines)
    assert said is not None
    assert said.sentence == (
        "As of August 26, 2026, 4:02 p.m., ICE has signed 2,382 Memorandums of Agreement for 287(g) programs covering "
        "39 states and 2 U.S. Territories."
    )


@pytest.mark.parametrize(
    ("sentence", "agreements", "states", "territories", "as_of"),
    [
        (
            "ICE has signed 2,382 Memorandums of Agreement for 287(g) programs in 39 states and 2 U.S. Territories.",
            2382, 39, 2, None,
        ),
        (
            "As of 08/26/2026, ICE has signed 2,382 MOAs covering 39 states and one U.S. Territory.",
            2382, 39, 1, "2026-08-26",
        ),
        ("As of Sept. 3, 2026 ICE has signed 12 Memoranda of Agreement in 1 state.", 12, 1, None, "2026-09-03"),
        ("As of July 2025, ICE has signed 771 MOAs for 287(g) Programs covering 40 states.", 771, 40, None, None),
        ("As of February 30, 2026, ICE has signed 1,500 MOAs covering 40 states.", 1500, 40, None, None),
        ("ICE has signed 1500 active 287(g) agreements with agencies in 40 states.", 1500, 40, None, None),
    ],
)  # fmt: skip
def test_each_wording_of_the_sentence_is_read(
    sentence: str, agreements: int, states: int, territories: int | None, as_of: str | None
) -> None:
    said = read_totals((sentence,))
    assert said is not None
    assert (said.agreements, said.states, said.territories, said.as_of_on) == (agreements, states, territories, as_of)


@pytest.mark.parametrize(
    "sentence",
    [
        "The 287(g) Program was signed into law in 1996 and covers all states.",
        "Since 2025 agencies in 40 states may use the Task Force Model.",
        "Agencies may send 3 officers to training in 2 states.",
        "Section 287 agreements are explained on page 12.",
        "About 95% agreements are new in 4 states.",
        "More than one agency in each of 40 states takes part.",
        "The casino agreements cover nine states.",
        "Over the years 150 agencies in 20 states left the program.",
        "There are 74 pending agencies.",
    ],
)
def test_numbers_that_count_no_agreements_are_left_alone(sentence: str) -> None:
    assert read_totals((sentence,)) is None


def test_two_different_counts_for_one_support_type_are_none() -> None:
    lines = (
        "Jail Enforcement Model: 10 MOAs in 3 states",
        "Jail Enforcement Model: 11 MOAs in 3 states",
        "9 WSO MOAs in 2 states",
    )
    said = read_totals(lines)
    assert said is not None
    assert said.by_support_type == {"WSO": (9, 2)}


def test_the_plain_statement_of_all_that_is_signed_wins_over_news_of_a_week() -> None:
    said = read_totals(("ICE signed 20 MOAs in 3 states last week.", "ICE has signed 2,382 MOAs covering 39 states."))
    assert said is not None
    assert (said.agreements, said.states) == (2382, 39)


def test_two_statements_that_differ_state_nothing() -> None:
    assert read_totals(("ICE has signed 2,382 MOAs in 39 states.", "ICE has signed 135 MOAs in 21 states.")) is None


def test_a_line_that_only_names_a_model_speaks_of_the_line_below_it() -> None:
    said = read_totals(("Jail Enforcement Model", "160 agreements in 31 states", "1,022 agreements"))
    assert said is not None
    assert (said.by_support_type, said.sentence) == ({"JEM": (160, 31)}, "160 agreements in 31 states")


def test_a_clause_that_names_two_models_gives_a_count_to_neither() -> None:
    assert read_totals(("10 Jail Enforcement Model or Task Force Model agreements in 3 states.",)) is None


def test_the_stand_in_states_totals_as_the_page_does() -> None:
    """Also the demo's numbers are read: they come through the same sentences."""
    for wording in ("memorandums", "as_of_apart", "memoranda", "moas"):
        html = totals_html(
            wording, agreements=1234, states=39, territories=2, models=[("Task Force Model", 1000, 30)], pending=5
        )
        page = parse_page(f"<html><body>{html}</body></html>".encode(), "https://www.ice.gov/287g")
        assert page is not None
        said = read_totals(page.lines)
        assert said is not None
        assert (said.agreements, said.states, said.as_of_on, said.pending) == (1234, 39, "2026-08-26", 5)
        assert said.by_support_type == {"TFM": (1000, 30)}
