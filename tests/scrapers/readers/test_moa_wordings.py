"""Clauses in wordings of other years than the real documents at hand have, and what must not be taken for one."""

from __future__ import annotations

import pytest

from db.moa_models import PageText
from scrapers.readers.moa_clauses import find_agency, find_support_type
from scrapers.readers.moa_endings import find_passages
from scrapers.readers.moa_words import body_lines, sentences

_AROUND = "The points of contact are named in Appendix A."


def passages(section: str, heading: str = "XX. DURATION AND TERMINATION OF THIS MOA") -> tuple[str | None, str | None]:
    """Return what is found as duration and ending in a document that has this section on its second page."""
    pages = [
        PageText(1, "MEMORANDUM OF AGREEMENT\nI. PURPOSE\nThis MOA sets forth terms.\nFailure to do so may"
                    " result in the"
                 " termination of this MOA."),
        PageText(2, f"XIX. MODIFICATION\nModifications must be in writing.\n{heading}\n{section}\n"
                 f"This MOA does not, is not intended to, create any rights.\n{_AROUND}"),
    ]  # fmt: skip
    duration, ending, _ = find_passages(sentences(body_lines(pages)))
    assert all(found is None or found.page == 2 for found in (duration, ending))
    return duration.text if duration else None, ending.text if ending else None


@pytest.mark.parametrize(
    ("section", "duration", "ending"),
    [
        # an expiry date, and either party's notice
        (
            "This MOA becomes effective upon signature of both parties and expires on June 30, 2019. At the expiration"
            " of the MOA,\nICE and the LEA shall review the MOA and modify, extend, or permit the MOA to lapse."
            " During the"
            " MOA's effective\nperiod, either party, upon written notice to the other party, may terminate the"
            " MOA at any"
            " time. A termination\nnotice shall be delivered personally or by certified or registered mail. The"
            " signatories"
            " have read this.",
            "This MOA becomes effective upon signature of both parties and expires on June 30, 2019.",
            "This MOA becomes effective upon signature of both parties and expires on June 30, 2019. At the"
            " expiration of"
            " the MOA, ICE and the LEA shall review the MOA and modify, extend, or permit the MOA to lapse. During the"
            " MOA's effective period, either party, upon written notice to the other party, may terminate the"
            " MOA at any"
            " time. A termination notice shall be delivered personally or by certified or registered mail.",
        ),
        # years from the signing
        (
            "The duration of this MOA is three (3) years from the effective date unless terminated earlier by either"
            " party.\nThe LEA keeps its records.",
            "The duration of this MOA is three (3) years from the effective date unless terminated earlier by either"
            " party.",
            "The duration of this MOA is three (3) years from the effective date unless terminated earlier by either"
            " party.",
        ),
        # slips of the recognizer
        (
            "This MOA wi11 be in effcct frorn the date of signing until it is tem1inated by either pany. Either\nparty,"
            " upon written notice to the other, may tenninate the MOA.\nThe LEA keeps its records.",
            "This MOA wi11 be in effcct frorn the date of signing until it is tem1inated by either pany.",
            "This MOA wi11 be in effcct frorn the date of signing until it is tem1inated by either pany. Either party,"
            " upon written notice to the other, may tenninate the MOA.",
        ),
        # nothing of the kind
        ("The parties meet once a year. Notice of meetings is given in writing.", None, None),
    ],
)
def test_duration_and_ending(section: str, duration: str | None, ending: str | None) -> None:
    assert passages(section) == (duration, ending)


@pytest.mark.parametrize(
    "sentence",
    [
        "The letter of authorization issued to LEA personnel will remain valid until it is revoked by ICE.",
        "ICE may provide training, unless either party terminates this MOA pursuant to Section XVIII below.",
        "The termination of this MOA shall constitute immediate revocation of all authorizations.",
        "All other provisions of the MOA remain in full force and effect as set forth therein.",
        "ICE will sign an authorization for an initial period of two years from the date of the authorization.",
        "The LEA will give ICE a 90 day notice if LEA personnel cease their participation.",
    ],
)
def test_what_is_no_clause_on_the_ending_is_not_quoted(sentence: str) -> None:
    assert passages(sentence, "IX. CERTIFICATION AND AUTHORIZATION") == (None, None)


@pytest.mark.parametrize(
    ("title", "body", "expected"),
    [
        ("287(g) Task Force Model", "", ("TFM", "title")),
        ("287(g) Jai1 Enforcernent Model", "", ("JEM", "title")),
        ("Warrant Service Officer Program", "", ("WSO", "title")),
        ("", "Pursuant to this MOA, the LEA has been delegated authorities under the Jail Enforcement Officer (JEO)"
         " model.", ("JEM", "body")),
        ("", "The LEA has been delegated authorities under the Task Force Officer (TFO) model.", ("TFM", "body")),
        # both at once, as in joint agreements: it does not say which
        ("", "The LEA has been delegated authorities under the Task Force Officer (TFO) model. The LEA has been"
         " delegated"
         " authorities under the Jail Enforcement Officer (JEO) model.", None),
        ("", "The LEA keeps its records.", None),
    ],
)  # fmt: skip
def test_the_support_type_is_said_or_unknown(title: str, body: str, expected: tuple[str, str] | None) -> None:
    lines = body_lines([PageText(1, f"MEMORANDUM OF AGREEMENT\n{title}\nI. PURPOSE\n{body}")])
    assert find_support_type(lines, sentences(lines)) == expected


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("the Baker County Sheriff's Office, pursuant to which", "Baker County Sheriff's Office"),
        ("theOakland Police Dept. , pursuant to which", "Oakland Police Dept."),
        ("Baker County, by and through the Baker County Sheriffs Office that is hereinafter known as",
         "Baker County Sheriffs Office"),
        ("the Baker County Sheriff's Office (BCSO) pursuant to which", "Baker County Sheriff's Office"),
        ("the ____________________, pursuant to which", None),
    ],
)  # fmt: skip
def test_the_agency_is_named_as_printed(printed: str, name: str | None) -> None:
    page = PageText(
        1,
        "MEMORANDUM OF AGREEMENT\nThis Memorandum of Agreement (MOA) constitutes an agreement between U.S."
        " Immigration\n"
        f"and Customs Enforcement (ICE), a component of the Department of Homeland Security (DHS), and {printed}\n"
        "ICE delegates authority.",
    )
    found = find_agency(sentences(body_lines([page])), [page])
    assert (found or "").rstrip(".") == (name or "").rstrip(".")
