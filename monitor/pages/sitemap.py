"""Every kind of page there is, in the order in which addresses are tried."""

from __future__ import annotations

from db.store import Store
from monitor.pages.site import Site
from monitor.pages.views import agencies, asof, changes, downloads, home, lists, maps, places, sheets, trends


def make_site(store: Store) -> Site:
    """The site on the store, with every view."""
    site = Site(store)
    for views in (home, changes, maps, places, agencies, asof, trends, lists, sheets, downloads):
        views.routes(site)
    return site
