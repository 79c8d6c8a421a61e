"""The form of every answer as JSON Schema (draft 2020-12, as OpenAPI 3.1 takes it)."""

from __future__ import annotations

from typing import Any

from monitor.changelog.log import KINDS, STATUSES

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
MAYBE: Schema = {"type": ["string", "null"]}
WHOLE: Schema = {"type": "integer", "minimum": 0}
FLAG: Schema = {"type": "boolean"}
DAY: Schema = {"type": "string", "format": "date"}
MAYBE_DAY: Schema = {"type": ["string", "null"], "format": "date"}
TIME: Schema = {"type": "string", "format": "date-time"}
MAYBE_TIME: Schema = {"type": ["string", "null"], "format": "date-time"}
SHA256: Schema = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
SUPPORT: Schema = {"type": ["string", "null"], "description": "JEM, WSO or TFM; as printed where it is none of them."}


def array(items: Schema) -> Schema:
    """A list of such values."""
    return {"type": "array", "items": items}


def ref(name: str) -> Schema:
    """A schema by name."""
    return {"$ref": f"#/components/schemas/{name}"}


def record(description: str, properties: Schema, optional: tuple[str, ...] = ()) -> Schema:
    """An object with just these properties."""
    return {
        "type": "object", "description": description, "properties": properties, "additionalProperties": False,
        "required": [name for name in properties if name not in optional],
    }  # fmt: skip


def maybe(schema: Schema) -> Schema:
    """Such a value, or null."""
    return {"anyOf": [schema, {"type": "null"}]}


_LISTING = record(
    "A row as ICE printed it; `normalised` holds what a cell means where that differs.",
    dict.fromkeys(("state", "agency", "type", "county", "support_type", "signed_on", "moa", "addendum"), MAYBE)
    | {"normalised": {"type": "object", "additionalProperties": TEXT},
       "extra": {"type": "object", "additionalProperties": TEXT}},
    ("extra",),
)  # fmt: skip
_SOURCE = {
    "file": TEXT, "list": TEXT, "sha256": SHA256, "url": TEXT, "published_on": DAY, "workbook_modified_at": MAYBE_TIME,
}  # fmt: skip
_PLACE = {"agency": MAYBE, "agency_id": MAYBE, "county": MAYBE, "county_fips": MAYBE, "state": MAYBE}
_CHANGE = record(
    "A dated statement about one agreement, or about a list as a whole (kind list_event).",
    {"id": {"type": "string", "pattern": "^[0-9a-f]{12}$"}, "kind": {"enum": list(KINDS)},
     "status": {"enum": list(STATUSES)}, "needs_review": FLAG, **_PLACE, "agreement_id": MAYBE,
     "support_type": SUPPORT, "signed_on": MAYBE_DAY, "fields": array(TEXT), "before": maybe(ref("Listing")),
     "after": maybe(ref("Listing")), "rule": TEXT, "evidence": {"type": "object"},
     "candidates": array({"type": "object"}), "reason": TEXT, "list": TEXT, "last_listed_in": maybe(ref("Source")),
     "first_missing_from": maybe(ref("Source")), "first_listed_in": maybe(ref("Source")), "listed_on": DAY,
     "known_at": MAYBE_TIME, "told": FLAG},
)  # fmt: skip
_AGREEMENT = {
    "agreement_id": MAYBE, **_PLACE, "support_type": SUPPORT, "signed_on": MAYBE_DAY, "moa": MAYBE, "addendum": MAYBE,
    "listed": ref("Listing"), "rows": array({"type": "integer", "minimum": 1}), "publication": ref("Source"),
}  # fmt: skip
_AGENCY = {
    "agency_id": TEXT, "agency": TEXT, "state": MAYBE, "county": MAYBE, "county_fips": MAYBE, "first_listed_on": DAY,
    "support_types": array(TEXT), "agreements": array(MAYBE),
}  # fmt: skip
_COUNTS = {"agreements": WHOLE, "agencies": WHOLE, "states": WHOLE, "territories": WHOLE}
_BY_SUPPORT = {"type": "object", "additionalProperties": ref("Counts")}
_DOCUMENT = {"sha256": SHA256, "bytes": WHOLE, "stored_at": TIME, "files": array(TEXT)}

SCHEMAS: Schema = {
    "Listing": _LISTING,
    "Source": record(
        "A publication and the sheet row in it.", {**_SOURCE, "row": {"type": ["integer", "null"]}}, ("row",)
    ),
    "Change": _CHANGE,
    "Agreement": record("An agreement as a list shows it.", _AGREEMENT),
    "AgreementHistory": record(
        "An agreement with its changes; without its row when it is not listed.",
        _AGREEMENT | {"listed_now": FLAG, "changes": array(ref("Change"))},
        ("moa", "addendum", "listed", "rows", "publication"),
    ),
    "Agency": record("One law-enforcement body in one state.", _AGENCY),
    "AgencyHistory": record("An agency with its changes.", _AGENCY | {"changes": array(ref("Change"))}),
    "Place": record(
        "A county and what is listed in it.",
        {"county_fips": TEXT, "county": MAYBE, "state": MAYBE, "agencies": WHOLE, "agreements": WHOLE,
         "support_types": array(TEXT)},
    ),
    "PlaceAgencies": record(
        "A county and its agencies.",
        {"county_fips": TEXT, "state": TEXT, "county": TEXT, "agencies": array(ref("Agency"))},
    ),
    "Publication": record(
        "One distinct list as ICE put it out, and what became of it.",
        {"file": TEXT, "list": MAYBE, "linked_as": TEXT, "sha256": SHA256, "url": TEXT, "rows": WHOLE,
         "published_on": DAY, "published_at": TIME, "workbook_modified_at": MAYBE_TIME, "first_seen_at": TIME,
         "status": {"enum": ["accepted", "duplicate", "stale", "held", "rejected"]}, "reasons": array(TEXT)},
    ),
    "Counts": record("How many.", _COUNTS),
    "Totals": record(
        "What ICE listed on a day, counted.",
        {"as_of": DAY, "publication": ref("Source"), **_COUNTS, "support_types": _BY_SUPPORT, "sentence": TEXT},
    ),
    "Trend": record(
        "The totals of the last list of a day.",
        {"date": DAY, "file": TEXT, "sha256": SHA256, **_COUNTS, "support_types": _BY_SUPPORT},
    ),
    "Document": record("Bytes as received, by their sha256.", _DOCUMENT),
    "DocumentPublications": record(
        "A document and its publications.", _DOCUMENT | {"publications": array(ref("Publication"))}
    ),
    "Problem": record(
        "What went wrong (RFC 9457).",
        {"type": TEXT, "title": TEXT, "status": {"type": "integer"}, "detail": TEXT,
         "errors": array(record("A parameter that is wrong.", {"parameter": TEXT, "detail": TEXT}))},
        ("errors",),
    ),
}  # fmt: skip
