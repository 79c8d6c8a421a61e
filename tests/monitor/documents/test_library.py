"""What the records say of each document and address: outcomes, signals against the list, and the contract's keys."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import DatedLine, ListedMoa, MoaFilter, MoaReading, MoaRecord, MoaSighting
from db.queries import moas
from monitor.documents.checks import SIGNALS, check_document, same_name
from monitor.documents.library import OUTCOMES, Library, address_key, file_key
from monitor.i18n.labels import DOCUMENT_OUTCOMES, DOCUMENT_SIGNALS
from scrapers.crawl import moa_queue
from scrapers.readers import moa_document
from tests.documents import first_cells, page
from tests.monitor.documents.agreements import write_agreement, write_manifest
from tests.monitor.documents.shelf import run, take_in
from tests.pdfs import hostile, scan_pdf

ROOT = "https://www.ice.gov/doclib/287gMOA/"
CONTRACT = (
    "url file sha256 first_seen_at last_seen_at outcome pages characters support_type agency_in_document template"
    " differences duration ending signals agreement_ids"
).split()
ROW = ListedMoa(
    f"{ROOT}baker.pdf", "moa", "fl-baker-wso", "fl-baker", "Baker County Sheriff's Office", "FL", "Baker County",
    "12003", "WSO", "2025-02-26", True, True,
)  # fmt: skip
READING = MoaReading("0" * 64, "moa/2", "kept", support_type="WSO", agency="Baker County Sheriff's Office")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store.open(tmp_path / "home")


def see(store: Store, url: str, outcome: str, data: bytes | None = None, at: str = "2026-01-05T12:00:00Z") -> None:
    sha256 = store.archive.put(data) if data else None
    status = 404 if outcome == "not_there" else 200
    moas.record_sighting(store, MoaSighting(url, file_key(url), at, "fetch", outcome, sha256, status=status))


def listing(store: Store, rows: list[ListedMoa], monkeypatch: pytest.MonkeyPatch) -> Library:
    monkeypatch.setattr(moas, "load_listed", lambda connection: rows)
    return Library(store.connection)


def test_every_record_has_the_keys_of_the_contract(tmp_path: Path) -> None:
    write_agreement(tmp_path / "a.pdf", "Baker County Sheriff's Office")
    assert run("moas", "--import", str(tmp_path / "a.pdf"), home=tmp_path / "home").exit_code == 0
    (record,) = json.loads(run("moas", "--format", "json", home=tmp_path / "home").stdout)
    assert list(record) == CONTRACT
    assert list(MoaRecord.__annotations__) == CONTRACT
    assert record["support_type"] == "WSO"
    assert record["agency_in_document"] == "Baker County Sheriff's Office"
    assert record["duration"]["page"] == record["ending"]["page"] == 2
    assert record["ending"]["text"].startswith("This MOA becomes effective upon signature of both parties")
    assert record["pages"] == 3
    assert record["outcome"] == "kept"
    assert record["url"] == ""


def test_a_manifest_gives_the_addresses(tmp_path: Path) -> None:
    write_agreement(tmp_path / "a.pdf", "Baker County Sheriff's Office")
    manifest = write_manifest(tmp_path / "m.csv", {"a.pdf": f"{ROOT}Baker_WSO.pdf"})
    for _ in range(2):  # again: nothing new
        assert run("moas", "--import", "--manifest", str(manifest), home=tmp_path / "home").exit_code == 0
    (record,) = json.loads(run("moas", "--format", "json", home=tmp_path / "home").stdout)
    assert record["url"] == f"{ROOT}Baker_WSO.pdf"


@pytest.mark.parametrize(
    ("manifest", "told"),
    [
        ("name,url\na.pdf,x\n", "no column `file`"),
        ("file,url\nb.pdf,x\n", "not there"),
        ("file,url\n,x\n", "names no file"),
    ],
)
def test_a_manifest_that_is_none_is_refused(tmp_path: Path, manifest: str, told: str) -> None:
    (tmp_path / "m.csv").write_text(manifest, encoding="utf-8")
    done = run("moas", "--import", "--manifest", str(tmp_path / "m.csv"), home=tmp_path / "home")
    assert done.exit_code == 1
    assert told in str(done.exception) + done.output


def test_wrong_usage_is_named(tmp_path: Path) -> None:
    assert run("moas", "--import", home=tmp_path / "home").exit_code == 2
    assert run("moas", str(tmp_path), home=tmp_path / "home").exit_code == 2


def test_what_cannot_be_read_has_its_outcome(tmp_path: Path) -> None:
    names = (
        "encrypted.pdf",
        "page_named_pdf.pdf",
        "block_page.pdf",
        "pages_10000.pdf",
        "empty.pdf",
        "no_root.pdf",
    )
    for name in names:
        (tmp_path / name).write_bytes(hostile()[name][0])
    (tmp_path / "scan.pdf").write_bytes(scan_pdf(2))
    with Store.open(tmp_path / "home") as store:
        take_in(store, [tmp_path])
        records = {r["file"]: r for r in Library(store.connection).records}
    assert {file: r["outcome"] for file, r in records.items()} == {
        "encrypted.pdf": "encrypted", "page_named_pdf.pdf": "not_a_pdf", "block_page.pdf": "block_page",
        "pages_10000.pdf": "too_many_pages", "empty.pdf": "empty", "no_root.pdf": "damaged", "scan.pdf": "kept",
    }  # fmt: skip
    assert records["scan.pdf"]["signals"] == ["scan"]
    assert records["pages_10000.pdf"]["pages"] == 10_000


def test_replaced_moved_gone_and_shared(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    see(store, f"{ROOT}a.pdf", "kept", b"%PDF-1 one", "2026-01-01T00:00:00Z")
    see(store, f"{ROOT}a.pdf", "replaced", b"%PDF-1 two", "2026-02-01T00:00:00Z")
    see(store, f"{ROOT}a.pdf", "same", b"%PDF-1 two", "2026-03-01T00:00:00Z")
    see(store, f"{ROOT}gone.pdf", "kept", b"%PDF-1 gone")
    see(store, f"{ROOT}gone.pdf", "not_there", at="2026-03-01T00:00:00Z")
    see(store, f"{ROOT}never.pdf", "not_there")
    see(store, f"{ROOT}blocked.pdf", "block_page")
    see(store, f"{ROOT}later.pdf", "kept", b"%PDF-1 later")
    see(store, f"{ROOT}later.pdf", "failed", at="2026-03-01T00:00:00Z")
    see(store, f"{ROOT}shared.pdf", "kept", b"%PDF-1 shared")
    rows = [
        replace(ROW, url=f"{ROOT}shared.pdf"),
        replace(ROW, url=f"{ROOT}shared.pdf", agreement_id="fl-clay-wso", agency_id="fl-clay"),
        replace(ROW, url=f"{ROOT}unasked.pdf", agreement_id="unasked"),
        replace(ROW, url="", agreement_id="nothing"),
        replace(ROW, url=f"{ROOT}old.pdf", agreement_id="old", is_listed=False),
    ]
    library = listing(store, rows, monkeypatch)
    told = [(r["file"], r["outcome"], r["first_seen_at"], r["last_seen_at"]) for r in library.select(MoaFilter())]
    day = "2026-01-05T12:00:00Z"
    assert told == [
        ("a.pdf", "replaced", "2026-01-01T00:00:00Z", "2026-01-01T00:00:00Z"),
        ("a.pdf", "kept", "2026-02-01T00:00:00Z", "2026-03-01T00:00:00Z"),
        ("blocked.pdf", "block_page", None, None),
        ("gone.pdf", "not_there", day, day),
        ("later.pdf", "kept", day, day),
        ("never.pdf", "not_there", None, None),
        ("shared.pdf", "shared", day, day),
    ]
    (shared,) = library.select(MoaFilter(outcome="shared"))
    assert shared["agreement_ids"] == ["fl-baker-wso", "fl-clay-wso"]
    assert [(r["outcome"], r["agreement_ids"], r["signals"]) for r in library.missing()] == [
        ("not_asked", ["unasked"], []), ("no_address", ["nothing"], ["link_without_address"]),
    ]  # fmt: skip


def test_links_that_lead_nowhere_wait_for_a_person(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    rows = [
        replace(ROW, url=f"{ROOT}gone.pdf", agreement_id="gone"),
        replace(ROW, url=f"{ROOT}ended.pdf", agreement_id="ended", is_listed=False),
        replace(ROW, url=f"{ROOT}blocked.pdf", agreement_id="blocked"),
        replace(ROW, url="", agreement_id="nothing"),
    ]
    see(store, f"{ROOT}gone.pdf", "not_there")
    see(store, f"{ROOT}ended.pdf", "not_there")
    see(store, f"{ROOT}blocked.pdf", "block_page")
    found = listing(store, rows, monkeypatch).at_odds()
    assert [(r["agreement_ids"], r["signals"]) for r in found] == [
        (["nothing"], ["link_without_address"]), (["gone"], ["nothing_there"]),
    ]  # fmt: skip


def test_a_moved_document_says_so(store: Store) -> None:
    sha256 = store.archive.put(b"%PDF-1 moved")
    moas.record_sighting(
        store,
        MoaSighting(f"{ROOT}a.pdf", "a.pdf", "2026-01-05T12:00:00Z", "fetch", "kept", sha256, 200, f"{ROOT}b.pdf"),
    )
    assert [r["outcome"] for r in Library(store.connection).records] == ["moved"]


def test_a_document_that_is_gone_is_told(tmp_path: Path) -> None:
    path = write_agreement(tmp_path / "baker.pdf", "Baker County Sheriff's Office")
    manifest = write_manifest(tmp_path / "m.csv", {"baker.pdf": f"{ROOT}baker.pdf"})
    with Store.open(tmp_path / "home") as store:
        take_in(store, [path], manifest)
        see(store, f"{ROOT}baker.pdf", "not_there", at="2027-01-01T00:00:00Z")
        (record,) = Library(store.connection).records
    assert record["outcome"] == "not_there"
    assert "taken_down" in record["signals"]


@pytest.mark.parametrize(
    ("reading", "rows", "signals"),
    [
        (READING, [ROW], []),
        (replace(READING, support_type="JEM"), [ROW], ["support_type_differs"]),
        (replace(READING, support_type=None), [ROW], []),
        (replace(READING, agency="Clay County Sheriff's Office"), [ROW], ["agency_differs"]),
        (READING, [ROW, replace(ROW, agency_id="fl-clay")], ["several_agencies"]),
        (replace(READING, support_type="JEM"), [replace(ROW, kind="addendum")], []),
        (replace(READING, support_type="JEM"), [], []),
    ],
)
def test_a_document_is_held_against_its_rows(reading: MoaReading, rows: list[ListedMoa], signals: list[str]) -> None:
    assert check_document(reading, rows) == signals


@pytest.mark.parametrize(
    ("dates", "differs"),
    [
        ([], False), (["2025-02-26"], False), (["2025-01-10"], False),  # the agency's own signature, weeks before
        (["2025-02-10", "2025-02-26"], False), (["2025-03-03"], False), (["2025-04-30"], True),
        (["2024-02-10", "2024-02-26"], True),
    ],
)  # fmt: skip
def test_dates_contradict_only_what_they_can(dates: list[str], differs: bool) -> None:
    reading = replace(READING, dates=tuple(DatedLine(7, on, on, "signed") for on in dates))
    assert (check_document(reading, [ROW]) == ["signing_differs"]) == differs


@pytest.mark.parametrize(
    ("in_document", "listed", "same"),
    [
        ("Ellis Countv Sheriffs Office", "Ellis County Sheriff's Office", True),
        ("Pasco Sheriff's Office", "Pasco County Sheriff's Office", True),
        ("Edgewood Police Dept., FL", "Edgewood Police Department", True),
        ("DFS, Criminal Investigations Division", "Florida Department of Financial Services", True),
        ("Texas Office of Attorney General", "Texas Office of the Attorney General", True),
        ("Freeborn County Sheriff's Office", "Freedom County Sheriff's Office", True),
        ("Okaloosa County Board of County Commissioners", "Okaloosa County Sheriff's Office", False),
        ("Melbourne Police Department", "Brevard County Sheriff's Office", False),
        ("Lake County Sheriff's Office", "Collier County Sheriff's Office", False),
    ],
)
def test_names_are_of_one_agency_or_not(in_document: str, listed: str, same: bool) -> None:
    assert same_name(in_document, listed, ROW) == same


def test_addresses_are_one_whatever_their_spelling() -> None:
    assert address_key(f"{ROOT}A%20b.pdf") == address_key("http://ICE.gov/doclib/287gmoa/a b.PDF")
    assert file_key("https://www.ice.gov/doclib/287gMOA/287gJEM_%20etowah.pdf") == file_key("287gJEM_%20etowah.pdf")


def test_every_code_is_explained_and_has_words_for_readers() -> None:
    signals = set(SIGNALS) | set(moa_document.SIGNALS)
    outcomes = set(OUTCOMES)
    assert signals == set(DOCUMENT_SIGNALS)
    assert outcomes == set(DOCUMENT_OUTCOMES)
    assert set(first_cells(page("documents.md")["Signals"])) == signals
    assert set(first_cells(page("documents.md")["Outcomes"])) == outcomes
    assert set(first_cells(page("documents.md")["Outcomes of a try"])) == set(moa_queue.OUTCOMES)


def test_documents_at_odds_with_the_list_wait_for_a_person(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_agreement(tmp_path / "baker.pdf", "Baker County Sheriff's Office")
    write_agreement(tmp_path / "clay.pdf", "Clay County Sheriff's Office")
    manifest = write_manifest(tmp_path / "m.csv", {"baker.pdf": f"{ROOT}baker.pdf", "clay.pdf": f"{ROOT}clay.pdf"})
    rows = [
        replace(ROW, support_type="JEM"),
        replace(
            ROW, url=f"{ROOT}clay.pdf", agreement_id="fl-clay", agency_id="c", agency="Clay County Sheriff's Office"
        ),
    ]
    monkeypatch.setattr(moas, "load_listed", lambda connection: rows)
    home = tmp_path / "home"
    run("moas", "--import", "--manifest", str(manifest), home=home)
    (record,) = json.loads(run("moas", "--at-odds", "--format", "json", home=home).stdout)
    assert (record["file"], record["signals"][0]) == ("baker.pdf", "support_type_differs")
    told = run("review", "list", home=home).stdout
    assert told == "nothing waits for a person\n1 documents and the list disagree: `ice-agreements moas --at-odds`\n"
