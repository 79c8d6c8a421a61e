"""ICE's lists of 2007 to 2017, on pages made by hand in their forms; what must be read is counted by hand."""

from __future__ import annotations

import pytest

from scrapers.document_errors import NotAListError
from scrapers.readers.document import read_document
from tests.paths import PAGES


def rows_of(folder: str) -> list[tuple[str | None, str | None, str | None, str | None]]:
    """(state code, agency, support type, signed on) of each listing of a made-up page."""
    snapshot = read_document((PAGES / folder / "page.html").read_bytes())
    assert snapshot.list == "participating"
    return [(r.state_code, r.agency, r.support_code, r.signed_on) for r in snapshot.listings]


def test_the_bullet_list_of_2007_names_agencies_only() -> None:
    """Five items name agencies; navigation and aims of the program, in lists of their own, are none."""
    assert rows_of("partners-2007") == [
        ("AZ", "AZ Department of Public Safety", None, None),
        ("AZ", "AZ Maricopa County Sheriff's Office", None, None),
        ("NC", "Cabarrus Co. Sheriff's Office, North Carolina", None, None),
        ("GA", "Hall County Georgia", None, None),
        ("FL", "FL Department of Law Enforcement", None, None),
    ]


def test_the_table_of_2008_names_agencies_only() -> None:
    assert rows_of("fact-sheet-2008") == [
        ("AL", "AL State Police", None, None),
        ("CA", "Los Angeles County Sheriff's Office", None, None),
        ("VA", "Herndon Police Department", None, None),
    ]


def test_the_fact_sheet_of_2011_has_support_types_dates_and_documents() -> None:
    """A footnote's stars are no part of the state, and the caption is no row."""
    assert rows_of("fact-sheet-2011") == [
        ("AL", "AL State Police", "TFM", "2003-09-10"),
        ("AZ", "Maricopa County Sheriff's Office", "JEM", "2009-10-15"),
        ("AZ", "Pima County Sheriff's Office", "JEM", "2009-10-15"),  # both types in one cell
        ("AZ", "Pima County Sheriff's Office", "TFM", "2009-10-15"),
        ("DE", "Delaware Department of Corrections", "JEM", "2009-10-15"),  # "Detention"
        ("VA", "Herndon Police Department", "TFM", "2009-10-15"),
    ]
    first = read_document((PAGES / "fact-sheet-2011" / "page.html").read_bytes()).listings[0]
    assert first.moa_url == (
        "https://www.ice.gov/doclib/foia/memorandumsofAgreementUnderstanding/r_287galabamastatepolice111609.pdf"
    )


def test_a_bullet_list_for_each_state_gives_its_items_the_state_above_it() -> None:
    page = """<html><body><h1>287(g)</h1><ul><li>News</li><li>About ICE</li></ul>
    <h3>Arizona</h3><ul><li>AZ Department of Public Safety</li><li>Pinal County Sheriff's Office</li></ul>
    <p><b>Alabama:</b></p><ul><li>Alabama State Troopers</li></ul>
    <ul><li>Georgia<ul><li>Hall County</li><li>Cobb Co. Sheriff's Office</li></ul></li></ul></body></html>"""
    snapshot = read_document(page.encode())
    assert [(r.state_code, r.agency) for r in snapshot.listings] == [
        ("AZ", "AZ Department of Public Safety"), ("AZ", "Pinal County Sheriff's Office"),
        ("AL", "Alabama State Troopers"), ("GA", "Hall County"), ("GA", "Cobb Co. Sheriff's Office"),
    ]  # fmt: skip


def test_an_item_of_a_state_with_a_list_of_its_own_is_no_agency() -> None:
    states = {"Georgia": ["Hall County"], "Arizona": ["Pinal County", "AZ Department of Corrections"],
              "Ohio": ["Butler County Sheriff's Office"], "Alabama": ["Etowah County Sheriffs’ Office"]}  # fmt: skip
    nested = "".join(
        f"<li><b>{state}</b>\n<ul>{''.join(f'<li>{name}</li>' for name in names)}</ul></li>"
        for state, names in states.items()
    )
    snapshot = read_document(f"<html><body><h1>287(g)</h1><ul>{nested}</ul></body></html>".encode())
    assert [r.state_code for r in snapshot.listings] == ["GA", "AZ", "AZ", "OH", "AL"]


def test_an_agency_whose_item_names_no_state_is_listed_without_one() -> None:
    items = ["AZ Department of Public Safety", "Cabarrus Co. Sheriff's Office", "Hall County Georgia (July 2007)",
             "Framingham Police Department*", "Barnstable&nbsp;County&nbsp;Sheriff&#8217;s&nbsp;Office"]  # fmt: skip
    bullets = "".join(f"<LI>{item}" for item in items)
    snapshot = read_document(f"<html><body><h1>287(g)</h1><UL>{bullets}</UL></body></html>".encode())
    assert [(r.state_code, r.agency) for r in snapshot.listings] == [
        ("AZ", "AZ Department of Public Safety"), (None, "Cabarrus Co. Sheriff's Office"),
        ("GA", "Hall County Georgia"), (None, "Framingham Police Department"),
        (None, "Barnstable County Sheriff’s Office"),
    ]  # fmt: skip


def test_a_note_below_the_table_of_2008_is_no_agency() -> None:
    page = (PAGES / "fact-sheet-2008" / "page.html").read_text("utf-8")
    for note in ("<tr><td colspan=2>* Pending approval</td></tr>", "<tr><td></td><td>Updated in 2008</td></tr>"):
        assert len(read_document(page.replace("</table>", f"{note}</table>").encode()).listings) == 3


@pytest.mark.parametrize(
    "cell",
    ["Jail Enforcement<br>Task Force", "<p>Jail Enforcement</p><p>Task Force</p>", "Jail Enforcement | Task Force",
     "Detention - Task Force*", "Jail Enforcement &#8211; Task Force", "Jail Enforcement Model Task Force Model"],
)  # fmt: skip
def test_both_types_in_one_cell_are_two_agreements(cell: str) -> None:
    page = (PAGES / "fact-sheet-2011" / "page.html").read_text("utf-8")
    page = page.replace("Jail Enforcement<br>Task Force", cell).replace(">10/15/2009<", ">10/15/2009*<")
    listings = read_document(page.encode()).listings
    assert [(r.support_code, r.signed_on) for r in listings if r.agency == "Pima County Sheriff's Office"] == [
        ("JEM", "2009-10-15"), ("TFM", "2009-10-15"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "items",
    [
        ["Bay County Sheriff's Office signs 287(g) agreement with ICE"] * 6,
        ["Office of Investigations", "Office of Detention and Removal", "Contact us", "News", "Careers", "Site map"],
        ["Bay County Sheriff's Office"] * 4,
        ["Bay County Sheriff's Office"] * 5 + ["Home", "About", "News", "Contact"],
    ],
    ids=["headlines", "navigation", "too few", "mixed with others"],
)
def test_other_bullet_lists_are_no_list(items: list[str]) -> None:
    bullets = "".join(f"<li>{item}</li>" for item in items)
    with pytest.raises(NotAListError):
        read_document(f"<html><body><h1>287(g)</h1><ul>{bullets}</ul></body></html>".encode())


@pytest.mark.parametrize(
    ("caption", "stated"),
    [
        ("Mutually Signed Agreements (5) as of 10/29/2010", "2010-10-29"),
        ("Mutually Signed Agreements <b>(6)</b> signed as of&nbsp;07/25/2014", "2014-07-25"),
        ("MUTUALLY SIGNED AGREEMENTS\u00a0(5) AS OF\u00a010/29/10", "2010-10-29"),
        ("Mutually Signed Agreements (5)<br> as of&#160;October 29, 2010", "2010-10-29"),
        ("(4) Mutually Signed Agreements as of 10-29-2010", "2010-10-29"),  # six agreements in five rows
        ("Mutually Signed Agreements (7) as of 10/29/2010", None),
        ("Mutually Signed Agreements (35) signed as of 07/25/2014", None),  # it stood still while rows came and went
        ("Mutually Signed Agreements (5) as of 02/30/2011", None),
        ("Mutually Signed Agreements (5) as of 10/01/2009", None),  # before the newest signing
    ],
)
def test_a_caption_dates_a_list_that_has_as_many_rows_as_it_says(caption: str, stated: str | None) -> None:
    page = (PAGES / "fact-sheet-2011" / "page.html").read_text("utf-8")
    page = page.replace("Mutually Signed Agreements (5) as of 10/29/2010", caption)
    found = {s.code: s.value for s in read_document(page.encode()).signals}
    assert found.get("caption_dated") == stated
    assert ("caption_dated" in found) == (stated is not None)
