"""Which columns of two rows of one agreement say different things."""

from __future__ import annotations

from db.models import Listing
from monitor.matching.ids import document_key
from monitor.matching.names import normal_form


def differing_fields(before: Listing, after: Listing) -> list[str]:
    """Return the columns in which the rows differ, aside from spaces, case, apostrophes and footnote marks.

    A column that one of the lists does not have says nothing.
    """
    pairs = {
        "agency": (_name(before.agency), _name(after.agency)),
        "state": (before.state_code or normal_form(before.state), after.state_code or normal_form(after.state)),
        "county": (_cell(before.county), _cell(after.county)),
        "type": (_cell(before.type), _cell(after.type)),
        "support_type": (
            before.support_code or normal_form(before.support_type),
            after.support_code or normal_form(after.support_type),
        ),
        "signed_on": (before.signed_on or _cell(before.signed), after.signed_on or _cell(after.signed)),
        "moa": (document_key(before.moa_url), document_key(after.moa_url)),
        "addendum": (document_key(before.addendum_url), document_key(after.addendum_url)),
    }
    columns = {"signed_on": "signed"}
    fields = []
    for name, (old, new) in pairs.items():
        column = columns.get(name, name)
        if old != new and getattr(before, column) is not None and getattr(after, column) is not None:
            fields.append(name)
    return fields


def _name(text: str | None) -> str | None:
    """Return an agency's name for comparing, without the marks of the footnotes that old lists had."""
    form = normal_form(text)
    return form.rstrip("*†‡ ") if form else form


def _cell(text: str | None) -> str | None:
    """Return a cell for comparing; blank and the ways of writing "not applicable" are one."""
    form = normal_form(text)
    return "" if form in ("#n/a", "#na", "#n?a", "n/a", "na") else form
