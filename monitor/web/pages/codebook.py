"""The tables that can be downloaded: their columns, each with its type and what it says."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from db.moa_models import MoaFilter
from monitor.i18n.language import N_
from monitor.web.pages import place_index
from monitor.web.pages.book import Agency, Book
from monitor.web.pages.place_status import status_of
from monitor.web.pages.shared_columns import PLACED, SOURCES

Row = dict[str, Any]
_MODELS = ("JEM", "WSO", "TFM")
#: Licence of what people decided and found out; their names are not published with it.
LICENCE, UNNAMED = "CC0-1.0", "a reviewer"


@dataclass(frozen=True, slots=True)
class Column:
    """One column: its name, its Frictionless type, and what it says."""

    name: str
    type: str
    says: str


@dataclass(frozen=True, slots=True)
class Table:
    """One table: name, key, what a row is, its columns, and its rows from the book."""

    name: str
    key: str
    says: str
    columns: tuple[Column, ...]
    rows: Callable[[Book], Iterator[Row]]


#: Status on the pages -> in the tables, which readers see: a list says that a row is gone, not that anything ended.
_STATUSES = {"ended": "no_longer_listed", "pending_ended": "no_longer_pending"}


def _columns(text: Mapping[str, tuple[str, str]]) -> tuple[Column, ...]:
    return tuple(Column(name, kind, says) for name, (kind, says) in text.items())


def _place(agency: Agency | None) -> Row:
    if agency is None:
        return {"county": None, "county_fips": None, "county_by": None}
    return {"county": agency.county, "county_fips": agency.fips, "county_by": agency.placed_by or None}


def _agreements(book: Book) -> Iterator[Row]:
    for g in sorted(book.agreements.values(), key=lambda g: g.id):
        agency = book.agencies.get(g.agency_id)
        yield {
            "agreement_id": g.id, "list": g.list_name, "state": agency.state if agency else None,
            "agency_id": g.agency_id, "agency": agency.name if agency else None, **_place(agency),
            "support_type": g.support,
            "signed_on": g.signed_on, "status": _STATUSES.get(g.status, g.status),
            "first_listed_on": g.first_on, "last_listed_on": g.last_on,
            "no_longer_listed_on": g.ended_on,
            "no_longer_listed_change_id": g.ended_by["id"] if g.ended_by else None,
            "moa_url": g.moa,
        }  # fmt: skip


def _agencies(book: Book) -> Iterator[Row]:
    for a in sorted(book.agencies.values(), key=lambda a: a.id):
        yield {
            "agency_id": a.id, "state": a.state, "agency": a.name, **_place(a), "body": a.body,
            "names_printed": " | ".join(name for name, _, _ in a.names),
            "listed_agreements": sum(g.status == "listed" for g in a.agreements),
        }  # fmt: skip


def _changes(book: Book) -> Iterator[Row]:
    for e in reversed(book.changes):
        row: Row = {name: e[name] for name in (
            "id", "kind", "status", "needs_review", "list", "listed_on", "known_at", "state", "agency_id", "agency",
            "agreement_id", "county", "county_fips", "support_type", "signed_on", "rule", "reason")}  # fmt: skip
        row |= {"noise": e["noise"] or None, "fields": ",".join(e["fields"])}
        for side in ("before", "after"):
            printed = e[side]
            row[f"agency_{side}"] = printed["agency"] if printed else None
            row[f"signed_{side}"] = printed["signed_on"] if printed else None
        for place in ("last_listed_in", "first_missing_from", "first_listed_in"):
            source = e[place]
            row |= {f"{place}_file": source["file"] if source else None,
                    f"{place}_sha256": source["sha256"] if source else None}  # fmt: skip
            if place != "first_missing_from":  # a list has no row of what it lacks
                row[f"{place}_row"] = source.get("row") if source else None
        yield row


def _counties(book: Book) -> Iterator[Row]:
    for fips, county in sorted(place_index.counties().items()):
        status = status_of(agencies := book.in_county.get(fips, ()))
        signed = [g for a in agencies for g in a.agreements if g.list_name == "participating"]
        first = min(signed, key=lambda g: g.first_on, default=None)
        yield {
            "county_fips": fips, "state": county.state, "county": county.name, "status": status.code,
            "support_types": ",".join(sorted({g.support for g in status.listed if g.support})),
            "listed_agencies": len({g.agency_id for g in status.listed}), "listed_agreements": len(status.listed),
            **{f"listed_{code.lower()}": sum(g.support == code for g in status.listed) for code in _MODELS},
            "pending_agreements": len(status.pending), "no_longer_listed": len(status.ended),
            "first_listed_on": first.first_on if first else None,
            "first_list_shows_it": first.from_start if first else None,
            "last_listed_on": max((g.last_on for g in signed), default=None),
        }  # fmt: skip


def _lists(book: Book) -> Iterator[Row]:
    for p in reversed(book.publications):
        yield {
            **{k: p[k] for k in ("file", "list", "linked_as", "sha256", "url", "rows", "published_on", "published_at",
                                 "workbook_modified_at", "first_seen_at", "status")},
            "reasons": "; ".join(p["reasons"]),
        }  # fmt: skip


def _documents(book: Book) -> Iterator[Row]:
    for r in book.library.select(MoaFilter()):
        row: Row = {name: r[name] for name in (
            "url", "file", "sha256", "first_seen_at", "last_seen_at", "outcome", "pages", "characters", "support_type",
            "agency_in_document", "template")}  # fmt: skip
        for name in ("duration", "ending"):
            quoted = r[name]
            row |= {f"{name}_page": quoted["page"] if quoted else None, name: quoted["text"] if quoted else None}
        yield {
            "id": f"{r['sha256'] or ''} {r['url'] or r['file']}".strip(), **row, "differences": len(r["differences"]),
            "signals": ",".join(r["signals"]), "agreement_ids": ",".join(r["agreement_ids"]),
        }  # fmt: skip


def _facts(book: Book) -> Iterator[Row]:
    for f in book.reviewed:
        yield {
            "id": f.id, "stated_at": f.stated_at, "reviewer": UNNAMED, "subject": f.subject, "fact": f.fact,
            "value": f.value, "detail": f.detail, "source": f.source, "note": f.note, "licence": LICENCE,
        }  # fmt: skip


def _rulings(book: Book) -> Iterator[Row]:
    for r in book.standing_rulings:
        yield {
            "id": r.id, "made_at": r.made_at, "reviewer": UNNAMED, "ruling": r.ruling, "subject": r.subject,
            "other": r.other, "reason": r.reason, "on_change": r.on_change, "on_kind": r.about.kind,
            "on_agreement": r.about.agreement_id, "on_before": r.about.before, "on_after": r.about.after,
            "licence": LICENCE,
        }  # fmt: skip


TABLES = (
    Table("agreements", "agreement_id", N_("One agency, one support type, one signing, through all lists."), _columns({
        "agreement_id": ("string", N_("Stable id.")),
        "list": ("string", N_("participating or pending.")),
        "state": ("string", N_("USPS code.")),
        "agency_id": ("string", N_("Stable id of the agency.")),
        "agency": ("string", N_("Name as ICE printed it last.")),
        **PLACED,
        "support_type": ("string", N_("JEM, WSO or TFM; as printed if it is none of these.")),
        "signed_on": ("date", N_("ICE's counter-signature date as last printed.")),
        "status": ("string", N_("listed, no_longer_listed, pending, no_longer_pending, renewed or second_row.")),
        "first_listed_on": ("date", N_("Date of the first list that shows it.")),
        "last_listed_on": ("date", N_("Date of the last list that shows it.")),
        "no_longer_listed_on": ("date", N_("Date of the first list without it; blank while it is listed.")),
        "no_longer_listed_change_id": ("string", N_("The change that says it is no longer listed.")),
        "moa_url": ("string", N_("Address of the agreement document (MOA) as last linked.")),
    }), _agreements),
    Table("agencies", "agency_id", N_("One law-enforcement body in one state, whatever its spelling."), _columns({
        "agency_id": ("string", N_("Stable id.")), "state": ("string", N_("USPS code.")),
        "agency": ("string", N_("Name as ICE printed it last.")), **PLACED,
        "body": ("string", N_("Kind of body, read from the name.")),
        "names_printed": ("string", N_("Every spelling ICE printed, separated by vertical bars.")),
        "listed_agreements": ("integer", N_("Agreements on the newest list.")),
    }), _agencies),
    Table("changes", "id", N_("A dated statement about one agreement, with the lists that show it."), _columns({
        "id": ("string", N_("Permanent id, made from what the change says.")),
        "kind": ("string", N_("What happened: see the glossary.")),
        "status": ("string", N_("provisional, confirmed or retracted.")),
        "needs_review": ("boolean", N_("Whether a person should review it.")),
        "list": ("string", N_("participating or pending.")),
        "listed_on": ("date", N_("Date of the list that shows the change.")),
        "known_at": ("datetime", N_("When this project first stated it (UTC).")),
        "state": ("string", N_("USPS code.")), "agency_id": ("string", N_("Stable id of the agency.")),
        "agency": ("string", N_("Name as ICE printed it last.")),
        "agreement_id": ("string", N_("Stable id of the agreement.")),
        "county": PLACED["county"], "county_fips": PLACED["county_fips"],
        "support_type": ("string", N_("JEM, WSO or TFM; as printed if it is none of these.")),
        "signed_on": ("date", N_("ICE's counter-signature date as last printed.")),
        "fields": ("string", N_("The cells that differ, separated by commas.")),
        "noise": ("string", N_("spelling or link where an amendment changes nothing else.")),
        "rule": ("string", N_("The rule that decided: see the method.")),
        "reason": ("string", N_("Why a statement was retracted.")),
        "agency_before": ("string", N_("Name as printed on the earlier row.")),
        "agency_after": ("string", N_("Name as printed on the later row.")),
        "signed_before": ("string", N_("Signing date as printed on the earlier row.")),
        "signed_after": ("string", N_("Signing date as printed on the later row.")),
        **SOURCES,
    }), _changes),
    Table("lists", "sha256", N_("Every list ever found, with its status and reasons."), _columns({
        "file": ("string", N_("Name under which it was found.")), "list": ("string", N_("participating or pending.")),
        "linked_as": ("string", N_("What the link on ICE's page said it was.")),
        "sha256": ("string", N_("Checksum of the bytes.")),
        "url": ("string", N_("Where it was linked, if known.")), "rows": ("integer", N_("Rows with an agency.")),
        "published_on": ("date", N_("Date of publication by the best evidence.")),
        "published_at": ("datetime", N_("Time of publication by the best evidence (UTC).")),
        "workbook_modified_at": ("datetime", N_("Time in the workbook's own properties (UTC).")),
        "first_seen_at": ("datetime", N_("When it was first seen (UTC).")),
        "status": ("string", N_("accepted, duplicate, stale, held or rejected.")),
        "reasons": ("string", N_("Why it has that status.")),
    }), _lists),
    Table("counties", "county_fips", N_("One county or equivalent, also those with no agreement."), _columns({
        "county_fips": ("string", N_("Five-digit FIPS code of the county.")), "state": ("string", N_("USPS code.")),
        "county": ("string", N_("County as the Census Bureau writes it.")),
        "status": ("string", N_("listed, pending, ended or never, by the newest lists.")),
        "support_types": ("string", N_("Support types listed there, separated by commas.")),
        "listed_agencies": ("integer", N_("Agencies placed there with a listed agreement.")),
        "listed_agreements": ("integer", N_("Agreements on the newest list.")),
        **{f"listed_{code.lower()}": ("integer", N_("Agreements on the newest list, of this support type."))
           for code in _MODELS},
        "pending_agreements": ("integer", N_("Agreements on the newest pending list.")),
        "no_longer_listed": ("integer", N_("Agreements that were listed and are not on the newest list.")),
        "first_listed_on": ("date", N_("Date of the first list kept here that shows an agreement there.")),
        "first_list_shows_it": ("boolean", N_("The very first list kept here shows it: it may be older.")),
        "last_listed_on": ("date", N_("Date of the last list that shows an agreement there.")),
    }), _counties),
    Table("documents", "id", N_("One agreement document (PDF) at one address, and what it says."), _columns({
        "id": ("string", N_("Checksum and address; the address alone where no document came.")),
        "url": ("string", N_("Where it was linked, if known.")),
        "file": ("string", N_("Name under which it was found.")),
        "sha256": ("string", N_("Checksum of the bytes.")),
        "first_seen_at": ("datetime", N_("When it was first seen (UTC).")),
        "last_seen_at": ("datetime", N_("When it was last seen (UTC).")),
        "outcome": ("string", N_("What became of it: see the page on agreement documents.")),
        "pages": ("integer", N_("Pages of the PDF.")),
        "characters": ("integer", N_("Characters of its text layer.")),
        "support_type": ("string", N_("JEM, WSO or TFM, by the document.")),
        "agency_in_document": ("string", N_("The agency as the document prints it.")),
        "template": ("string", N_("The wording it shares with other documents.")),
        "duration_page": ("integer", N_("Page of the sentence on the duration.")),
        "duration": ("string", N_("The sentence on the duration, quoted.")),
        "ending_page": ("integer", N_("Page on which the sentences on the ending begin.")),
        "ending": ("string", N_("The sentences on the ending, quoted.")),
        "differences": ("integer", N_("Places where it differs from its template.")),
        "signals": ("string", N_("Remarks for a person, separated by commas.")),
        "agreement_ids": ("string", N_("Agreements whose rows link it, separated by commas.")),
    }), _documents),
    Table("reviewed_facts", "id", N_("One row per fact that people researched and ICE's lists do not say."), _columns({
        "id": ("integer", N_("Number of the fact on this site.")),
        "stated_at": ("string", N_("When it was recorded (UTC).")),
        "reviewer": ("string", N_("Always “a reviewer”: names are not published.")),
        "subject": ("string", N_("Id of the agency or agreement it is about.")),
        "fact": ("string", N_(
            "one, distinct, display_name, body, county, coordinates, ended or link; see the documentation.")),
        "value": ("string", N_("The other agency, the name, the FIPS code, the date and so on.")),
        "detail": ("string", N_("Why the agreement ended, or what the link leads to.")),
        "source": ("string", N_("Address of the evidence.")),
        "note": ("string", N_("Note by the person who recorded it.")),
        "licence": ("string", N_("Terms of use, as an SPDX code.")),
    }), _facts),
    Table("rulings", "id", N_("One row per decision of a person that counts, for use on other copies of the lists."),
          _columns({
        "id": ("integer", N_("Number of the ruling on this site.")),
        "made_at": ("string", N_("When it was made (UTC).")),
        "reviewer": ("string", N_("Always “a reviewer”: names are not published.")),
        "ruling": ("string", N_("same, distinct, confirm, dismiss, release or reject.")),
        "subject": ("string", N_("The change, list or agreement that was ruled on.")),
        "other": ("string", N_("The second agreement of same and distinct.")),
        "reason": ("string", N_("The reason given.")),
        "on_change": ("string", N_("The change that was looked at when two agreements were ruled on.")),
        "on_kind": ("string", N_("Kind of the change that was looked at.")),
        "on_agreement": ("string", N_("Agreement of the change that was looked at.")),
        "on_before": ("string", N_("Content hash of the row before it.")),
        "on_after": ("string", N_("Content hash of the row after it.")),
        "licence": ("string", N_("Terms of use, as an SPDX code.")),
    }), _rulings),
)  # fmt: skip


def as_text(entry: Row, column: Column) -> str | None:
    """Return a cell as text; None for none."""
    value = entry[column.name]
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
