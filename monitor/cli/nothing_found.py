"""Why a question has no answer: no list is here, or nothing kept here goes by the name that was asked for."""

from __future__ import annotations

from collections.abc import Mapping

from db.database import Store
from db.queries.agreements import AgencyView, load_agency_views, load_agreements
from monitor.changelog.county_filter import is_county


def why_nothing_fits(store: Store, county: str | None, agency: str | None) -> str:
    """Return what to add to "no change fits": a reason other than that nothing happened; "" when there is none."""
    agencies = load_agency_views(store.connection)
    if not agencies:
        return ": no list is here yet; run `ice-agreements run` or `import` first"
    if county and not any(is_county(county, view.county, view.county_fips) for view in agencies.values()):
        return f": no agency on any list kept here is in a county {county!r}; check its spelling"
    if agency and not _is_known(store, agency, agencies):
        return f": nothing on any list kept here has the name or id {agency!r}; check its spelling"
    return ""


def _is_known(store: Store, asked: str, agencies: Mapping[str, AgencyView]) -> bool:
    if asked in agencies or any(asked == view.name for view in agencies.values()):
        return True
    return any(asked == agreement.id for agreement in load_agreements(store.connection))
