"""What the tools answer with: short records, each with its id and the address of the page that proves it."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field
from typing_extensions import TypedDict

from db.moa_models import MoaRecord, Quotation
from db.records import ChangeRecord, ListedAgreement, ListReference
from monitor.changelog.log import KINDS

Address = Annotated[str, Field(description="address of the page to cite")]


class Source(TypedDict):
    """The row of a list that says so."""

    what: Annotated[str, Field(description="what the list shows: the row last listed, first listed, or missing")]
    file: str
    row: Annotated[int | None, Field(description="sheet row, from 1; null where the list lacks the row")]
    published_on: str
    sha256: str
    address: Address


class CitedChange(TypedDict):
    """One change with its sources."""

    id: str
    headline: Annotated[str, Field(description="the statement in words; an ending is never more than an absence")]
    kind: str
    status: Annotated[str, Field(description="provisional, confirmed or retracted; a retracted one does not stand")]
    needs_review: Annotated[bool, Field(description="whether a careful reader could see it another way")]
    state: str | None
    agency: str | None
    agency_id: str | None
    agreement_id: str | None
    county: str | None
    support_type: str | None
    signed_on: str | None
    listed_on: Annotated[str, Field(description="date of the list that shows the change")]
    known_at: str | None
    sources: list[Source]
    address: Address


class CitedAgreement(TypedDict):
    """One agreement as a list shows it."""

    agreement_id: str | None
    agency: str | None
    agency_id: str | None
    state: str | None
    county: str | None
    support_type: str | None
    signed_on: str | None
    moa: Annotated[str | None, Field(description="address of the signed agreement at ICE")]
    source: Source
    address: Address


class FoundAgency(TypedDict):
    """One law-enforcement agency, and what the newest list has of it."""

    agency_id: str
    agency: str
    state: str | None
    county: str | None
    listed: list[CitedAgreement]
    address: Address


class SearchAnswer(TypedDict):
    """The agencies found."""

    total: int
    agencies: list[FoundAgency]


class ChangesAnswer(TypedDict):
    """Changes, newest first, and how many there are in all."""

    total: int
    changes: list[CitedChange]


class AsOfAnswer(TypedDict):
    """What ICE listed on a day."""

    sentence: Annotated[str, Field(description="the totals of the whole list")]
    total: Annotated[int, Field(description="agreements that fit what was asked")]
    agreements: list[CitedAgreement]
    source: Source
    address: Address


class PlaceAnswer(TypedDict):
    """What the newest list has of a place, and what changed there last."""

    place: str
    total: Annotated[int, Field(description="agreements listed there now")]
    agreements: list[CitedAgreement]
    newest_changes: list[CitedChange]
    address: Address


class ExplainAnswer(TypedDict):
    """Why the log says what it says."""

    change: CitedChange
    explanation: str


class CitedDocument(TypedDict):
    """One agreement document, or an address where none was found."""

    file: str
    sha256: str | None
    url: Annotated[str, Field(description="its address at ICE; empty when nobody knows it")]
    outcome: str
    support_type: Annotated[str | None, Field(description="by the document itself")]
    agency_in_document: str | None
    template: Annotated[str | None, Field(description="the wording it shares with other documents")]
    duration: Annotated[Quotation | None, Field(description="how long it lasts, quoted with its page")]
    ending: Annotated[Quotation | None, Field(description="how it can be ended, quoted with its page")]
    signals: Annotated[list[str], Field(description="what a person should look at")]
    agreement_ids: list[str]
    passage: Annotated[Quotation | None, Field(description="the words looked for, between asterisks, with their page")]
    address: Address


class DocumentsAnswer(TypedDict):
    """Agreement documents; of a search one entry for each page that has the words, best first."""

    total: int
    documents: list[CitedDocument]


class Citing:
    """Makes the records of one site."""

    def __init__(self, public_url: str) -> None:
        self._public_url = public_url

    def page(self, path: str) -> str:
        """Return the address of a page."""
        return f"{self._public_url}/{path}"

    def source(self, what: str, at: ListReference) -> Source:
        """Return the source that a list and a row of it are."""
        return {
            "what": what, "file": at["file"], "row": at.get("row"), "published_on": at["published_on"],
            "sha256": at["sha256"], "address": self.page(f"lists/{at['sha256']}/"),
        }  # fmt: skip

    def change(self, c: ChangeRecord) -> CitedChange:
        """Return the change with its sources."""
        shown = (
            ("last listed in", c["last_listed_in"]), ("first missing from", c["first_missing_from"]),
            ("first listed in", c["first_listed_in"]),
        )  # fmt: skip
        where = f"{c['agency'] or c['list'] + ' list'}{' (' + c['state'] + ')' if c['state'] else ''}"
        return {
            "id": c["id"], "headline": f"{where}: {KINDS[c['kind']]}", "kind": c["kind"], "status": c["status"],
            "needs_review": c["needs_review"], "state": c["state"], "agency": c["agency"], "agency_id": c["agency_id"],
            "agreement_id": c["agreement_id"], "county": c["county"], "support_type": c["support_type"],
            "signed_on": c["signed_on"], "listed_on": c["listed_on"], "known_at": c["known_at"],
            "sources": [self.source(what, at) for what, at in shown if at is not None],
            "address": self.page(f"changes/{c['id']}/"),
        }  # fmt: skip

    def agreement(self, a: ListedAgreement) -> CitedAgreement:
        """Return the agreement with the row that lists it."""
        at = a["publication"]
        path = f"agreements/{a['agreement_id']}/" if a["agreement_id"] else f"lists/{at['sha256']}/"
        return {
            "agreement_id": a["agreement_id"], "agency": a["agency"], "agency_id": a["agency_id"],
            "state": a["state"], "county": a["county"], "support_type": a["support_type"],
            "signed_on": a["signed_on"], "moa": a["moa"], "source": self.source("listed in", at),
            "address": self.page(path),
        }  # fmt: skip

    def document(self, r: MoaRecord, passage: Quotation | None = None) -> CitedDocument:
        """Return the document with the page that shows it, at the passage when there is one."""
        path = f"documents/{r['sha256']}/" if r["sha256"] else "documents/"
        return {
            "file": r["file"], "sha256": r["sha256"], "url": r["url"], "outcome": r["outcome"],
            "support_type": r["support_type"], "agency_in_document": r["agency_in_document"],
            "template": r["template"], "duration": r["duration"], "ending": r["ending"], "signals": r["signals"],
            "agreement_ids": r["agreement_ids"], "passage": passage,
            "address": self.page(f"{path}#page-{passage['page']}" if passage else path),
        }  # fmt: skip

    def agreements(self, rows: Iterable[ListedAgreement]) -> list[CitedAgreement]:
        """Return the agreements with the rows that list them."""
        return [self.agreement(row) for row in rows]
