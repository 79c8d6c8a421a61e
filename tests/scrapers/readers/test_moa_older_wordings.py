"""Wordings of 2005 to 2020 and made-up ones: their endings are quoted, and nothing that only sounds alike."""

from __future__ import annotations

import pytest

from db.moa_models import PageText
from scrapers.readers.moa_clauses import find_agency, find_support_type
from scrapers.readers.moa_endings import find_passages
from scrapers.readers.moa_words import body_lines, sentences

#: A section, the words that its ending begins with, and those it ends with.
SECTIONS = {
    "notice_at_any_time": (
        "This MOA will be in effect from the date of signing until it is terminated by either party. Either party,"
        " upon\nwritten notice to the other party, may terminate the MOA at any time. A termination notice shall be"
        " delivered\npersonally or by certified or registered mail and termination shall take effect immediately upon"
        " receipt of such\nnotice. Either party, upon written or oral notice to the other party, may temporarily"
        " suspend activities.",
        "This MOA will be in effect from",
        "receipt of such notice.",
    ),
    "three_years": (
        "This MOA becomes effective upon signature of both parties and will remain in effect for three years from that"
        "\ndate. At the expiration of the three year effective period, ICE and the AGENCY shall review the MOA and"
        " modify,\nextend, or permit the MOA to lapse. During the MOA's effective period, either party, upon written"
        " notice to the\nother party, may terminate the MOA at any time. The parties meet once a year.",
        "This MOA becomes effective",
        "may terminate the MOA at any time.",
    ),
    "understanding": (
        "This MOU will be in effect from the date of signing until terminated by either party. Either party may"
        " terminate\nthe MOU upon thirty days' written notice.",
        "This MOU will be",
        "thirty days' written notice.",
    ),
    "agreement": (
        "This Agreement shall continue in force until terminated by either party upon thirty (30) days written notice.",
        "This Agreement shall continue",
        "days written notice.",
    ),
    "either_party": (
        "Either party may terminate this MOA without cause by giving sixty (60) days' prior written notice.",
        "Either party may",
        "prior written notice.",
    ),
    "from_and_through": (
        "The term of this Memorandum of Agreement shall be from October 1, 2008 through September 30, 2011, unless"
        " sooner\nterminated. This Memorandum may be terminated by either party upon thirty days' written notice.",
        "The term of this Memorandum",
        "thirty days' written notice.",
    ),
    "expiry_date": (
        "Unless terminated earlier, this MOA shall expire on September 30, 2013. Training is given every year.",
        "Unless terminated earlier",
        "September 30, 2013.",
    ),
    "indefinitely": (
        "This MOA is effective from the date of the last signature and remains in effect indefinitely, or until"
        " terminated\nby either Party in writing.",
        "This MOA is effective",
        "by either Party in writing.",
    ),
    "renewal": (
        "This MOA is valid for a period of three (3) years from the date of signature and shall automatically renew for"
        "\nsuccessive terms of one year unless either party gives notice of termination at least ninety (90) days"
        " before.",
        "This MOA is valid",
        "ninety (90) days before.",
    ),
    "days_in_words": (
        "This MOA becomes effective upon signature of both parties and will remain in effect until either party, upon"
        "\nninety (90) days written notice to the other party, provides notice of termination of the MOA.",
        "This MOA becomes",
        "notice of termination of the MOA.",
    ),
    "withdrawal": (
        "The effective period of this MOA shall be three years from the date of signature by both parties. Either party"
        "\nmay withdraw from this MOA by written notice to the other.",
        "The effective period",
        "written notice to the other.",
    ),
    "extension": (
        "The MOA, which expired on June 30, 2016, is hereby extended. This MOA will now expire on December 31, 2016.",
        "This MOA will now",
        "December 31, 2016.",
    ),
}
HEADINGS = ("XX. DURATION AND TERMINATION OF THIS MOA", "IX. TERMINATION", "IX. MISCELLANEOUS")
#: Each sounds like an ending and is none: of officers, of other agreements, of what follows a termination.
NONE = (
    "A letter of authorization under this MOA will remain in effect until it is revoked by ICE.",
    "Appendix A to this MOA will remain in effect until it is modified.",
    "Either party may terminate a participating officer's certification at any time.",
    "Either party may terminate the Inter-Governmental Service Agreement upon sixty days' written notice.",
    "ICE may terminate the access of LEA personnel to its systems upon written notice.",
    "If either party terminates this MOA, the officers lose their authority.",
    "If the LEA violates this MOA, ICE may terminate the delegation of authority to the officer concerned.",
    "Participation of an officer in this MOA may be terminated by ICE at any time.",
    "The authorization of an officer expires two years from the date of the authorization.",
    "The complaint procedures of this MOA shall survive its expiration.",
    "The training contract will remain in effect until it is terminated by the vendor.",
    "This MOA shall terminate the prior memorandum of understanding of 2008.",
    "This MOA supersedes the agreement that was to expire on June 30, 2016.",
    "Upon termination of this MOA, all equipment shall be returned to ICE.",
)


def ending(section: str, heading: str) -> str | None:
    """Return what is quoted as the ending of a document that has this section on its second page."""
    pages = [
        PageText(1, "MEMORANDUM OF AGREEMENT\nI. PURPOSE\nThis MOA sets forth terms. ICE may provide training, unless"
                 " either party terminates this MOA.\nThe termination of this MOA shall constitute revocation of all"
                 " authorizations."),
        PageText(2, f"XIX. MODIFICATION\nModifications must be in writing.\n{heading}\n{section}\nThis MOA does not, is"
                 " not intended to, create any rights.\nThe points of contact are named in Appendix A."),
        PageText(3, "APPENDIX B\nCOMPLAINT PROCEDURE\nComplaints will be resolved within 90 days of receipt."),
    ]  # fmt: skip
    found = find_passages(sentences(body_lines(pages)))[1]
    assert found is None or found.page == 2
    return found.text if found else None


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("name", SECTIONS)
def test_the_ending_of_each_wording_is_quoted(name: str, heading: str) -> None:
    section, begins, ends = SECTIONS[name]
    found = ending(section, heading)
    assert found is not None
    assert found.startswith(begins)
    assert found.endswith(ends)


@pytest.mark.parametrize("heading", HEADINGS)
@pytest.mark.parametrize("sentence", NONE)
def test_what_only_sounds_like_an_ending_is_not_quoted(sentence: str, heading: str) -> None:
    assert ending(sentence, heading) is None


@pytest.mark.parametrize(
    ("printed", "name"),
    [
        ("the Mecklenburg County Sheriff's Office (MCSO), a local law enforcement agency, pursuant to which",
         "Mecklenburg County Sheriff's Office"),
        ("the Texas Department of Public Safety, Criminal Investigations Division, an agency of the State, pursuant to",
         "Texas Department of Public Safety, Criminal Investigations Division"),
        ("the Sheriff of Knox County, Tennessee, in his official capacity, hereinaftcr the law enforcement agency",
         "Sheriff of Knox County, Tennessee"),
        ("the Loudoun County Sheriff's Office, Virginia, pursuant to which",
         "Loudoun County Sheriff's Office, Virginia"),
        ("Town of Herndon Police Department (“HPD”), hereinafter the", "Town of Herndon Police Department"),
        ("the Baker County Sheriff's Office, h e r e i n a f t e r the law enforcement agency",
         "Baker County Sheriff's Office"),
        ("the St. Johns Co. SO hereinafter the law enforcement agency (LEA)", "St. Johns Co. SO"),
        ("the County of Los Angeles, hereinafter referred to as", "County of Los Angeles"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("opening", ["constitutes an agreement between", "is entered into by and between"])
def test_the_agency_is_named_without_what_describes_it(opening: str, printed: str, name: str) -> None:
    page = PageText(1, f"MEMORANDUM OF AGREEMENT\nI. PARTIES\nThis Memorandum of Agreement (MOA) {opening} U.S."
                    f" Immigration\nand Customs Enforcement (ICE), a component of the Department of Homeland Security"
                    f" (DHS), and {printed} ICE delegates authority.\nII. PURPOSE\nIts purpose is good.")  # fmt: skip
    assert find_agency(sentences(body_lines([page])), [page]) == name


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("Warrant Service Officer (WSO) Model", "WSO"),
        ("Task Force Officer Program", "TFM"),
        ("287(g) TASKFORCE MODEL (TFM)", "TFM"),
        ("287(g) Jail Enforcement Officer Program", "JEM"),
        ("Detention Model", "JEM"),
        # of joint agreements: they do not say which
        ("Jail Enforcement Model and Task Force Model", None),
        ("Detention and Task Force Model", None),
    ],
)
def test_titles_of_all_years_are_known(title: str, expected: str | None) -> None:
    lines = body_lines([PageText(1, f"MEMORANDUM OF AGREEMENT\n{title}\nI. PURPOSE\nThe LEA agrees.")])
    found = find_support_type(lines, sentences(lines))
    assert (found[0] if found else None) == expected
