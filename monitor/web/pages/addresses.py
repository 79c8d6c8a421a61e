"""Every kind of page, in the order in which addresses are tried."""

from __future__ import annotations

from db.database import Store
from monitor.web.pages.site import Site
from monitor.web.pages.views import (
    agencies_page,
    as_of_page,
    cards_page,
    changes_page,
    compare_page,
    crawlers_page,
    documents_page,
    downloads_page,
    embed_page,
    home_page,
    map_page,
    one_pager_page,
    places_page,
    publications_page,
    returned_page,
    search_page,
    stated_page,
    trends_page,
)


def make_site(store: Store, public_url: str = "") -> Site:
    """Return the site over the store, with every view; absolute addresses begin with `public_url` where it is set."""
    site = Site(store, public_url)
    for views in (
        home_page,
        changes_page,
        returned_page,
        map_page,
        places_page,
        agencies_page,
        as_of_page,
        stated_page,
        trends_page,
        compare_page,
        publications_page,
        documents_page,
        search_page,
        one_pager_page,
        downloads_page,
        embed_page,
        cards_page,
        crawlers_page,
    ):
        views.routes(site)
    return site
