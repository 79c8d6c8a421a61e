"""Whatever a list's cells hold, every page of it renders, and is published under a name a file can have."""

from __future__ import annotations

import tempfile
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from db.database import Store
from monitor.web.pages.addresses import make_site
from monitor.web.pages.place_index import states
from monitor.web.pages.publish import list_files
from monitor.web.pages.render_page import render
from tests.monitor.web.pages.conftest import take_in, workbook

#: Characters that XML 1.0 cannot hold are none that a workbook can.
_TEXT = st.text(
    st.characters(codec="utf-8", exclude_categories=("Cs", "Cc", "Cn"), exclude_characters="\ufffe\uffff"), max_size=60
)
_HOSTILE = st.sampled_from([
    "", " ", "None", "../../etc/passwd", "<b>", "{{ 7*7 }}", "%s%n", "a/b\\c", ".", "..", "\u202egnp.exe", "é" * 300,
    "x" * 400, "'; drop table listings; --", "=1+1", "con", "#set page", "\U0001f600" * 130,
])  # fmt: skip
_CELL = _TEXT | _HOSTILE
_STATE = st.sampled_from(["FLORIDA", "TEXAS", "FL", "PUERTO RICO", "ATLANTIS", ""]) | _CELL
_SUPPORT = st.sampled_from(["Task Force Model", "Warrant Service Officer", "Jail Enforcement Model", ""]) | _CELL
_ROW = st.tuples(
    _STATE, _CELL | st.just("Pasco County Sheriff's Office"), _CELL, _CELL | st.just("Pasco County"), _SUPPORT,
    st.dates(date(1996, 1, 1), date(2025, 3, 1)),
)  # fmt: skip


@pytest.mark.long
@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(_ROW, min_size=1, max_size=12))
def test_every_page_of_a_hostile_list_renders(rows: list[tuple[str, str, str, str, str, date]]) -> None:
    """One odd cell once stopped `publish`: states sorted with None, ids of 260 characters as file names."""
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder) / "participatingAgencies03032025am.xlsx"
        later = Path(folder) / "participatingAgencies03052025am.xlsx"
        source.write_bytes(workbook(rows, "2025-03-03T13:00:00Z"))
        later.write_bytes(workbook([*rows[1:], ("TEXAS", "Bay", "", "", "", date(2025, 2, 1))], "2025-03-05T13:00:00Z"))
        take_in(Path(folder) / "home", [source, later])
        with Store.open(Path(folder) / "home", read_only=True) as store:
            site = make_site(store)
            book = site.book()
            mine = {*book.agencies, *book.agreements, *book.change_by_id, *(code.lower() for code in book.in_state)}
            empty = {state.slug for state in states().values()} - mine - {"wy"}
            for file, _, spoken, address in list_files(site, pdf=False):
                assert max(len(part.encode()) for part in file.split("/")) <= 255, file
                assert ".." not in file.split("/")
                parts = address.strip("/").split("/")
                if address.count("/") > 2 or (parts[0] == "sheets" and parts[-1] not in mine) or parts[-1] in empty:
                    continue  # the counties and states in which nothing is: the same page again and again
                is_file = bool(address) and not address.endswith("/")  # the same served and published
                for static in (True,) if is_file else (True, False):
                    page = site.page(address, spoken, {}, static=static)
                    assert page is not None, address
                    render(page, address, spoken, static=static)
