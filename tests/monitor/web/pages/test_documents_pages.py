"""The pages of agreement documents: search without script, quotations with their page, copies only as downloads."""

from __future__ import annotations

import csv
import io
import json
import re
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from db.database import Store
from monitor.web.pages import publish as publishing
from monitor.web.pages.addresses import make_site
from monitor.web.pages.publish_targets import DirectorySink
from tests.monitor.documents.agreements import pages_of_agreement
from tests.monitor.documents.linked import HIGHWAY, fill_shelf
from tests.monitor.web.pages.conftest import serving
from tests.pdfs import text_pdf


@pytest.fixture(scope="module")
def shelf_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return fill_shelf(tmp_path_factory.mktemp("shelf"))


@pytest.fixture(scope="module")
def shelf_site(shelf_home: Path) -> Iterator[str]:
    with serving(shelf_home) as root:
        yield root


def read(address: str) -> str:
    with urllib.request.urlopen(address) as answer:
        return str(answer.read().decode())


def sha256_of(home: Path, file: str) -> str:
    with Store.open(home, read_only=True) as store:
        row = store.connection.execute("select sha256 from moa_sightings where file = ?", [file]).fetchone()
    return str(row[0])


def test_a_search_shows_the_words_and_leads_to_the_page(shelf_site: str, shelf_home: Path) -> None:
    page = read(shelf_site + "documents/?q=%22written+notice%22+days")
    assert "No page" not in page
    page = read(shelf_site + "documents/?q=%22written+notice%22")
    assert page.count("<mark>written notice</mark>") == 5
    assert f"documents/{sha256_of(shelf_home, 'pasco.pdf')}/#page-2" in page


@pytest.mark.parametrize(
    ("query", "count"),
    [("q=notice&state=FL", 2), ("q=notice&support_type=WSO", 5), ("q=notice&support_type=TFM", 0),
     ("q=notice&year=2019", 1), ("q=notice&template=WSO+2025-02", 5), ("q=notice&template=x", 0),
     ("q=notice+-%2230-day%22", 4), ("q=%22", 0), ("q=NEAR(a+b)", 0), ("q=body:notice", 0)],
)  # fmt: skip
def test_filters_narrow_a_search(shelf_site: str, query: str, count: int) -> None:
    """Every document has `notice` on its second page alone; what means something to the index alone means nothing."""
    assert len(re.findall(r"#page-\d", read(f"{shelf_site}documents/?{query}"))) == count


def test_a_document_says_how_it_ends_with_the_page(shelf_site: str, shelf_home: Path) -> None:
    page = read(f"{shelf_site}documents/{sha256_of(shelf_home, 'highway.pdf')}/")
    quoted = re.findall(r'<blockquote lang="en"><p>(.*?)</p>', page)
    assert quoted == [
        "This MOA becomes effective upon signature of both parties and will remain in effect until either party, upon"
        " 30-day written notice to the other party, provides notice of termination or suspension of the MOA."
    ]
    assert f'href="{HIGHWAY}#page=2"' in page
    assert re.search(r'<del lang="en">90-day</del> → <ins lang="en">30-day</ins>', page)
    assert 'id="page-3"' in page


@pytest.mark.parametrize(
    ("prefix", "called"), [("", "Agreement document · WSO"), ("es/", "Documento del acuerdo · WSO")]
)
def test_a_document_is_called_by_its_agency(shelf_site: str, shelf_home: Path, prefix: str, called: str) -> None:
    """File names say little; the agency is that of the rows that link it, as it is named now."""
    page = read(f"{shelf_site}{prefix}documents/{sha256_of(shelf_home, 'pasco.pdf')}/")
    heading = re.sub("<[^>]*>", "", page.partition("<h1>")[2].partition("</h1>")[0])
    assert heading == f"{called} Pasco County Sheriffs Ofice, Florida"
    assert "Pasco County Sheriffs Ofice, Florida: " in page.partition("</title>")[0]
    assert "pasco.pdf" in page.partition("</h1>")[2].partition("</p>")[0]


def test_a_search_that_finds_nothing_says_how_words_are_matched(shelf_site: str) -> None:
    assert "All words must stand on one page" in read(shelf_site + "documents/?q=zeppelin")
    assert "All words must stand on one page" not in read(shelf_site + "documents/?q=notice")


def test_the_agreement_and_its_county_show_the_document(shelf_site: str, shelf_home: Path) -> None:
    document = f"documents/{sha256_of(shelf_home, 'pasco.pdf')}/"
    for address in ("agreements/fl-pasco-county-sheriffs-office-wso-2019-05-06/", "places/fl/pasco-county/"):
        page = read(shelf_site + address)
        assert document in page, address
        assert "upon 90-day written notice" in page, address
    spanish = read(shelf_site + "es/places/fl/pasco-county/")
    assert '<blockquote lang="en">' in spanish
    assert "citado en inglés" in spanish


def test_the_one_pager_quotes_the_ending_with_its_page(shelf_site: str) -> None:
    page = read(shelf_site + "sheets/agency/fl-pasco-county-sheriffs-office/")
    assert "How this agreement can be ended, in its own words" in page
    assert "upon 90-day written notice" in page
    assert "page 2" in page
    with urllib.request.urlopen(shelf_site + "sheets/agency/fl-pasco-county-sheriffs-office/sheet.pdf") as answer:
        assert answer.read().startswith(b"%PDF-")


def test_a_document_is_sent_as_a_download_that_can_do_nothing_here(shelf_site: str, shelf_home: Path) -> None:
    with urllib.request.urlopen(f"{shelf_site}documents/{sha256_of(shelf_home, 'pasco.pdf')}/document.pdf") as answer:
        assert answer.headers["content-disposition"] == 'attachment; filename="pasco.pdf"'
        assert answer.headers["content-type"] == "application/pdf"
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.read() == text_pdf(pages_of_agreement("Pasco County Sheriff's Office", signed="05/06/2019"))


def test_what_is_no_pdf_is_sent_to_nobody(shelf_site: str, shelf_home: Path) -> None:
    trap = sha256_of(shelf_home, "trap.pdf")
    assert "trap.pdf" in read(f"{shelf_site}documents/{trap}/")
    with pytest.raises(urllib.error.HTTPError, match="404"):
        urllib.request.urlopen(f"{shelf_site}documents/{trap}/document.pdf")


def test_words_of_a_document_are_never_markup(shelf_site: str, shelf_home: Path) -> None:
    for address in (f"documents/{sha256_of(shelf_home, 'script.pdf')}/", "documents/?q=alert"):
        page = read(shelf_site + address)
        assert "alert" in page
        assert "<script>" not in page


def test_the_documents_can_be_downloaded_as_a_table(shelf_site: str) -> None:
    rows = list(csv.DictReader(io.StringIO(read(shelf_site + "data/documents.csv"))))
    assert sorted((row["file"], row["support_type"], row["ending_page"], row["differences"]) for row in rows) == [
        ("Baker.pdf", "WSO", "2", "0"), ("Clay.pdf", "WSO", "2", "0"), ("Dixie.pdf", "WSO", "2", "0"),
        ("highway.pdf", "WSO", "2", "1"), ("pasco.pdf", "WSO", "2", "0"), ("script.pdf", "", "", "0"),
        ("trap.pdf", "", "", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize("documents", [True, False])
def test_copies_are_published_only_when_asked_for(
    shelf_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, documents: bool
) -> None:
    monkeypatch.setattr(publishing, "MANY", 1)  # by several processes, as the whole site
    with Store.open(shelf_home, read_only=True) as store:
        site = make_site(store)
        site.routes = [r for r in site.routes if r.pattern.pattern.startswith("documents/")]
        publishing.publish(site, DirectorySink(tmp_path), documents=documents)
    pasco = sha256_of(shelf_home, "pasco.pdf")
    assert (tmp_path / "documents" / pasco / "document.pdf").is_file() == documents
    assert ("document.pdf" in (tmp_path / "documents" / pasco / "index.html").read_text()) == documents
    assert not (tmp_path / "documents" / sha256_of(shelf_home, "trap.pdf") / "document.pdf").exists()


@pytest.mark.long
@pytest.mark.parametrize(("tongue", "width", "scheme"), [("", 1280, "light"), ("es/", 390, "dark")])
def test_the_pages_are_open_to_all_and_work_without_script(
    browser: Browser, shelf_site: str, shelf_home: Path, tongue: str, width: int, scheme: str
) -> None:
    found = []
    document = f"documents/{sha256_of(shelf_home, 'highway.pdf')}/"
    context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    for path in ("documents/", "documents/?q=notice", document, "places/fl/pasco-county/",
                 "agreements/fl-pasco-county-sheriffs-office-wso-2019-05-06/",
                 "sheets/agency/fl-pasco-county-sheriffs-office/"):  # fmt: skip
        page.goto(shelf_site + tongue + path)
        for violation in Axe().run(page).response["violations"]:
            found.append(f"{path} {violation['id']}: {json.dumps([n['target'] for n in violation['nodes']][:3])}")
        if page.evaluate("document.documentElement.scrollWidth") > width:
            found.append(f"{path} is wider than {width}")
    context.close()
    plain = browser.new_context(java_script_enabled=False)
    page = plain.new_page()
    page.goto(shelf_site + tongue + "documents/")
    page.fill("#q", '"written notice"')
    page.click("form.filters button")
    assert page.locator("ol.hits > li").count() == 5
    plain.close()
    assert found == []
