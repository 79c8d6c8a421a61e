"""Dates, states and support types as ICE typed them, and the one reading each has or has not."""

from __future__ import annotations

from datetime import date

import pytest

from db.models import Snapshot
from scrapers.readers import signals
from scrapers.readers.document import read_document
from scrapers.readers.signed_dates import LATEST_ON, read_date
from tests.workbooks import PARTICIPATING, PENDING, make_workbook

ROW = ("ALABAMA", "Etowah County Sheriff's Office", "County", "Etowah County", "Jail Enforcement Model")


def codes(snapshot: Snapshot) -> list[str]:
    return [signal.code for signal in snapshot.signals]


@pytest.mark.parametrize(
    ("signed", "expected", "code"),
    [
        ("05/082025", "2025-05-08", signals.DATE_AS_TEXT),
        ("7/72025", "2025-07-07", signals.DATE_AS_TEXT),
        ("8/282025", "2025-08-28", signals.DATE_AS_TEXT),
        ("112025", "2025-01-01", signals.DATE_AS_TEXT),
        ("June 9, 2020", "2020-06-09", signals.DATE_AS_TEXT),
        ("9 June 2020", "2020-06-09", signals.DATE_AS_TEXT),
        ("9-Jun-20", "2020-06-09", signals.DATE_AS_TEXT),
        ("9 Jun 20", "2020-06-09", signals.DATE_AS_TEXT),
        ("6/9/20", "2020-06-09", signals.DATE_AS_TEXT),
        ("Tuesday, June 09, 2020", "2020-06-09", signals.DATE_AS_TEXT),
        ("Tue 6/9/2020", "2020-06-09", None),
        ("20200609", "2020-06-09", signals.DATE_AS_TEXT),
        (20200609, "2020-06-09", signals.DATE_AS_TEXT),
        ("20201309", None, signals.DATE_IMPOSSIBLE),
        ("6/9/2020", "2020-06-09", None),
        (" 06-09-2020\xa0", "2020-06-09", None),
        ("2020-06-09", "2020-06-09", None),
        (date(2020, 6, 9), "2020-06-09", None),
        (44000, "2020-06-18", signals.DATE_AS_NUMBER),
        ("1112025", None, signals.DATE_IMPOSSIBLE),  # 1/11 or 11/1
        ("6/9/20026", None, signals.DATE_IMPOSSIBLE),
        ("20026", None, signals.DATE_IMPOSSIBLE),
        (date(5025, 7, 7), None, signals.DATE_IMPOSSIBLE),
        ("7/7/3025", None, signals.DATE_IMPOSSIBLE),
        ("13/13/2025", None, signals.DATE_IMPOSSIBLE),
        ("2/30/2025", None, signals.DATE_IMPOSSIBLE),
        ("9/29/1996", None, signals.DATE_IMPOSSIBLE),  # the day before the Act
        ("9/30/1996", "1996-09-30", None),
        ("9/4/2026", None, signals.DATE_IMPOSSIBLE),  # more than a year after the workbook was saved
        ("2025-09-22T00:00:00.000Z", "2025-09-22", None),
        ("2025-09-22T00:00:00Z", "2025-09-22", None),
        ("2025-09-22T04:00:00.000Z", "2025-09-22", None),  # midnight in New York
        ("2025-09-22T00:00:00-04:00", "2025-09-22", None),
        ("2025-09-22T00:00:00+0200", "2025-09-22", None),
        ("2025-09-22 10:11:12", "2025-09-22", None),
        ("2025-09-21T23:59:17.000Z", "2025-09-22", None),  # midnight as SheetJS rounds it in some zones
    ],
)
def test_a_signing_date_has_one_plausible_reading_or_none(
    signed: str | date | None, expected: str | None, code: str | None
) -> None:
    """Dates typed as text are read when they can mean one day only; else they are printed and signalled."""
    other = (*ROW, date(2025, 1, 2), "link", None)
    rows = [PARTICIPATING, (*ROW, signed, "link", None), other, other]
    snapshot = read_document(make_workbook(rows))
    assert snapshot.listings[0].signed_on == expected
    assert codes(snapshot) == ([code] if code else [])


@pytest.mark.parametrize(
    ("signed", "signal"),
    [("pending", signals.DATE_IMPOSSIBLE), ("5025", signals.DATE_IMPOSSIBLE), ("", signals.DATE_BLANK)],
)
def test_a_cell_that_is_no_date_has_no_reading(signed: str, signal: str) -> None:
    """Words, a bare year and a blank say no day."""
    assert read_date(signed, LATEST_ON) == (None, signal)


@pytest.mark.parametrize(
    ("printed", "code", "signal"),
    [
        ("ALABAMA", "AL", None),
        ("alabama\xa0", "AL", None),
        ("  West   Virginia ", "WV", None),
        ("WV", "WV", None),
        ("GUAM", "GU", None),
        ("Northern Mariana Islands", "MP", None),
        ("CNMI", "MP", None),
        ("District of Columbia", "DC", None),
        ("Puerto Rico", "PR", None),
        ("Virgin Islands", "VI", None),
        ("American Samoa", "AS", None),
        ("UTAHJ", "UT", signals.STATE_SNAPPED),
        ("WEST VIRIGINIA", "WV", signals.STATE_SNAPPED),
        ("FLORDIA", "FL", signals.STATE_SNAPPED),
        ("Virgina", "VA", signals.STATE_SNAPPED),
        ("KANSA", "KS", signals.STATE_SNAPPED),
        ("CAROLINA", None, signals.STATE_UNKNOWN),
        ("DAKOTA", None, signals.STATE_UNKNOWN),
        ("ORTH CAROLINA", None, signals.STATE_UNKNOWN),  # one letter from NORTH, two from SOUTH
        ("ALABKA", None, signals.STATE_UNKNOWN),  # one letter from ALASKA, two from ALABAMA
        ("UTA", None, signals.STATE_UNKNOWN),  # short words are near too much
        ("ONTARIO", None, signals.STATE_UNKNOWN),
        ("X" * 5000, None, signals.STATE_UNKNOWN),
        ("", None, signals.STATE_BLANK),
    ],
)
def test_a_state_is_exact_or_the_only_plausible_one(printed: str, code: str | None, signal: str | None) -> None:
    """A misspelt state is taken for the clearly nearest one; otherwise for none."""
    snapshot = read_document(make_workbook([PENDING, (printed, *ROW[1:])]))
    assert (snapshot.listings[0].state, snapshot.listings[0].state_code) == (printed, code)
    assert codes(snapshot) == ([signal] if signal else [])


@pytest.mark.parametrize(
    ("printed", "code", "signal"),
    [
        ("Task Force Model ", "TFM", None),
        ("WARRANT SERVICE OFFICER", "WSO", None),
        ("jem", "JEM", None),
        ("Jail Enforcment Model ", "JEM", signals.SUPPORT_TYPE_SNAPPED),
        ("Warrant Services Officer", "WSO", signals.SUPPORT_TYPE_SNAPPED),
        ("Warrant Service Office", "WSO", signals.SUPPORT_TYPE_SNAPPED),
        ("Task Force Officer", "TFM", signals.SUPPORT_TYPE_SNAPPED),
        ("Tsak Force Model", "TFM", signals.SUPPORT_TYPE_SNAPPED),
        ("Tribal Task Force Model", None, signals.SUPPORT_TYPE_UNKNOWN),
        ("Jail Enforcement Model / Hall Model", None, signals.SUPPORT_TYPE_UNKNOWN),
    ],
)
def test_a_support_type_is_exact_or_the_only_plausible_one(printed: str, code: str | None, signal: str | None) -> None:
    """Misspelt models are read and signalled; new ones are kept as printed."""
    snapshot = read_document(make_workbook([PENDING, (*ROW[:4], printed)]))
    assert (snapshot.listings[0].support_type, snapshot.listings[0].support_code) == (printed, code)
    assert codes(snapshot) == ([signal] if signal else [])
