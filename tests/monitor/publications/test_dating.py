"""When a list was put out: what is believed, and what is not."""

from __future__ import annotations

from datetime import date

import pytest

from monitor.publications.dating import capture_time, date_list, eastern_day, name_date, posted_on

LATER = "2026-10-01T12:00:00Z"


@pytest.mark.parametrize(
    ("file", "day"),
    [
        ("participatingAgencies09022025am.xlsx", date(2025, 9, 2)),
        ("287gParticipatingAgencies091526pm.xlsx", date(2026, 9, 15)),
        ("ParticipatingAgency091826am.xlsx", date(2026, 9, 18)),
        ("participatingAgencies05302025pm copy.xlsx", date(2025, 5, 30)),
        ("pendingAgencies12012025 am 12.15.07 AM.xlsx", date(2025, 12, 1)),
        ("participatingAgencies01153025.xlsx", date(3025, 1, 15)),
        ("participatingAgencies090022025am.xlsx", None),  # an extra digit
        ("participatingAgencies-20250318045215.xlsx", None),  # an archive's stamp
        ("participatingAgencies13452025.xlsx", None),  # no such month
        ("from01022025to02022025.xlsx", None),  # two dates
        ("list.xlsx", None),
    ],
)
def test_the_date_in_a_name(file: str, day: date | None) -> None:
    assert name_date(file) == day


def test_fourteen_digits_are_an_archives_time_in_utc() -> None:
    assert capture_time("participatingAgencies-20250318045215.xlsx") == "2025-03-18T04:52:15Z"
    assert capture_time("participatingAgencies-20251318045215.xlsx") is None  # month 13
    assert capture_time("participatingAgencies09022025am.xlsx") is None


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        ("2025-09-03T03:59:59Z", "2025-09-02"),  # summer: four hours behind
        ("2025-09-03T04:00:00Z", "2025-09-03"),
        ("2025-12-03T04:59:59Z", "2025-12-02"),  # winter: five hours behind
        ("2025-12-03T05:00:00Z", "2025-12-03"),
        ("2025-11-02T05:59:59Z", "2025-11-02"),  # the night the clocks go back
        ("2026-03-08T04:59:59Z", "2026-03-07"),  # the night before they go forward
    ],
)
def test_a_day_is_a_day_in_ices_time_zone(moment: str, day: str) -> None:
    assert eastern_day(moment) == day


def dated(
    file: str = "list.xlsx", modified: str | None = None, seen: str | None = None, newest: str | None = None,
    known: str = LATER,
) -> tuple[str, str, str]:  # fmt: skip
    found = date_list(
        file=file, workbook_modified_at=modified, seen_at=seen, known_at=known, newest_signed_on=newest
    )  # fmt: skip
    return found.published_at, found.published_on, found.evidence


def test_the_workbooks_own_time_is_believed_before_a_name_with_a_wrong_month_year_or_digit() -> None:
    modified = "2025-09-02T19:16:00Z"
    for file in ("a08022025pm.xlsx", "a090022025am.xlsx", "a09022024pm.xlsx", "a09023025.xlsx", "a09024025.xlsx"):
        assert dated(file, modified) == (modified, "2025-09-02", "workbook"), file


def test_a_name_that_follows_the_last_save_by_a_long_weekend_says_when_the_list_was_posted() -> None:
    saved = "2025-08-29T20:00:00Z"  # the Friday before Labor Day
    assert dated("a09022025am.xlsx", saved)[1] == "2025-09-02"
    assert dated("a09032025am.xlsx", saved)[1] == "2025-09-03"  # the fifth day
    assert dated("a09042025am.xlsx", saved)[1] == "2025-08-29"  # the sixth is too late
    assert dated("a09022025am.xlsx", saved, seen="2025-08-30T15:00:00Z")[1] == "2025-08-30"  # seen before that


def test_a_workbook_saved_after_its_bytes_were_seen_was_saved_by_somebody_else() -> None:
    assert dated(modified="2025-04-10T12:00:00Z", seen="2025-03-18T04:52:15Z") == (
        "2025-03-18T04:52:15Z", "2025-03-18", "seen",
    )  # fmt: skip
    assert dated(modified="2025-03-17T12:00:00Z", seen="2025-03-18T04:52:15Z")[2] == "workbook"


def test_a_workbook_saved_before_its_newest_signing_is_no_evidence() -> None:
    modified = "2025-03-03T12:00:00Z"
    assert dated(modified=modified, newest="2025-03-03")[2] == "workbook"
    assert dated("a03052025am.xlsx", modified, newest="2025-03-04") == ("2025-03-05T14:00:00Z", "2025-03-05", "name")
    assert dated(modified=modified, newest="2025-03-04", seen="2025-03-06T01:00:00Z")[:2] == (
        "2025-03-06T01:00:00Z", "2025-03-05",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("file", "moment"),
    [
        ("a07012025am.xlsx", "2025-07-01T13:00:00Z"),
        ("a07012025mid.xlsx", "2025-07-01T16:00:00Z"),
        ("a07012025.xlsx", "2025-07-01T16:00:00Z"),
        ("a07012025pm.xlsx", "2025-07-01T20:00:00Z"),
        ("a07012025pmB.xlsx", "2025-07-01T20:00:00Z"),
        ("a07012025 3pm.xlsx", "2025-07-01T20:00:00Z"),
        ("a12022025pm.xlsx", "2025-12-02T21:00:00Z"),  # winter
    ],
)
def test_morning_midday_and_afternoon_come_in_that_order(file: str, moment: str) -> None:
    assert dated(file)[0] == moment


def test_a_name_from_the_future_is_no_evidence() -> None:
    assert dated("a01153025.xlsx", known="2025-09-02T12:00:00Z") == (
        "2025-09-02T12:00:00Z", "2025-09-02", "known",
    )  # fmt: skip


def test_a_name_dated_after_its_bytes_were_seen_does_not_say_when_the_list_was_put_out() -> None:
    assert posted_on("a04212025am.xlsx", LATER, None) == "2025-04-21"
    assert posted_on("a04213025am.xlsx", LATER, None) is None
    assert posted_on("a04212025am.xlsx", "2025-04-20T12:00:00Z", "2025-04-20T12:00:00Z") == "2025-04-20"
    assert posted_on("list.xlsx", LATER, None) is None


def test_a_names_date_that_no_year_puts_after_the_newest_signing_is_no_evidence() -> None:
    found = date_list(
        file="participatingAgencies02062025am.xlsx", workbook_modified_at=None, seen_at=None,
        known_at="2026-01-07T12:00:00Z", newest_signed_on="2025-12-30",
    )  # fmt: skip
    assert (found.published_on, found.evidence) == ("2026-01-07", "known")


@pytest.mark.parametrize(
    ("file", "modified", "signed_on", "day"),
    [
        ("pendingAgencies01022025am.xlsx", "2026-01-02T14:00:00Z", None, "2026-01-02"),
        ("pendingAgencies01052025am.xlsx", "2026-01-02T14:00:00Z", None, "2026-01-05"),
        ("participatingAgencies12312026pm.xlsx", "2025-12-30T20:00:00Z", "2025-12-29", "2025-12-31"),
        ("participatingAgencies01022025am.xlsx", None, "2025-12-30", "2026-01-02"),
        ("participatingAgencies02292024am.xlsx", "2026-03-02T14:00:00Z", None, "2026-03-02"),
        ("participatingAgencies06022025am.xlsx", None, "2025-05-30", "2025-06-02"),
    ],
)
def test_a_name_with_the_wrong_year_still_tells_day_and_month(
    file: str, modified: str | None, signed_on: str | None, day: str
) -> None:
    dated = date_list(
        file=file, workbook_modified_at=modified, seen_at=None, known_at="2026-01-20T12:00:00Z" if modified is None
        else "2026-03-20T12:00:00Z", newest_signed_on=signed_on,
    )  # fmt: skip
    assert dated.published_on == day
