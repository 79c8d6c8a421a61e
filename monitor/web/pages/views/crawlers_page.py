"""What search engines and browsers ask for: robots.txt, sitemaps of every page in both languages, icon, manifest."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from xml.sax.saxutils import escape

from monitor.i18n.language import LANGUAGES, language
from monitor.web.pages.book import Book
from monitor.web.pages.fingerprints import mark_of
from monitor.web.pages.render_page import HERE, Page
from monitor.web.pages.site import PageRequest, Site

#: First parts of addresses that have a sitemap of their own; all others share one.
PARTS = ("places", "agencies", "agreements", "changes", "documents", "lists", "as-of", "pages")
_XML = "application/xml"
_OPEN = '<?xml version="1.0" encoding="UTF-8"?>\n'
_NAMESPACE = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


def routes(site: Site) -> None:
    """Add the addresses of this module's files to the site. A sitemap needs the public address."""

    def listed(*paths: str) -> Callable[[Book], Iterator[tuple[str, str]]]:
        return lambda book: ((p, mark_of(book.version, site.public_url)) for p in paths if site.public_url)

    site.add(r"robots\.txt", send_robots, lambda book: iter([("robots.txt", site.public_url)]), translated=False)
    site.add(r"favicon\.ico", send_icon, lambda book: iter([("favicon.ico", "")]), translated=False)
    site.add(r"site\.webmanifest", send_manifest, lambda book: iter([("site.webmanifest", "")]))
    site.add(r"sitemap\.xml", send_index, listed("sitemap.xml"), translated=False)
    site.add(
        rf"sitemap-(?P<part>{'|'.join(PARTS)})\.xml", send_part, listed(*(f"sitemap-{p}.xml" for p in PARTS)),
        translated=False,
    )  # fmt: skip


def send_icon(request: PageRequest) -> Page | None:
    """Send the icon that browsers ask for unasked."""
    return Page(body=(HERE / "favicon.ico").read_bytes(), media="image/x-icon")


def send_manifest(request: PageRequest) -> Page | None:
    """Send what a telephone shows of the site on its first screen; addresses count from the manifest's."""
    up = "../" if request.language.prefix else ""
    icons = [
        {"src": f"{up}static/icon-{size}.png", "sizes": f"{size}x{size}", "type": "image/png"} for size in (192, 512)
    ]
    told = {
        "name": request.language.say("287(g) agreements, as ICE lists them"), "short_name": "287(g)", "start_url": "./",
        "lang": request.language.code, "display": "browser", "background_color": "#fbfaf7", "icons": icons,
    }  # fmt: skip
    return Page(body=json.dumps(told).encode(), media="application/manifest+json")


def send_robots(request: PageRequest) -> Page | None:
    """Send what crawlers may ask for: all but the review desk and the answers to questions."""
    url = request.site.public_url
    lines = ["User-agent: *", "Disallow: /review/", "Disallow: /search/", "Disallow: /es/search/"]
    body = "\n".join([*lines, *([f"Sitemap: {url}/sitemap.xml"] if url else [])]) + "\n"
    return Page(body=body.encode(), media="text/plain; charset=utf-8")


def send_index(request: PageRequest) -> Page | None:
    """Send the list of sitemaps; None without a public address."""
    url = request.site.public_url
    if not url:
        return None
    entries = "".join(f"<sitemap><loc>{escape(url)}/sitemap-{part}.xml</loc></sitemap>\n" for part in PARTS)
    return Page(body=f"{_OPEN}<sitemapindex {_NAMESPACE}>\n{entries}</sitemapindex>\n".encode(), media=_XML)


def send_part(request: PageRequest, part: str) -> Page | None:
    """Send one sitemap: each page of that part in each language; None without a public address."""
    url = request.site.public_url
    if not url:
        return None
    entries = "".join(
        f"<url><loc>{escape(f'{url}/{language(code).prefix}{address}')}</loc></url>\n"
        for address in _addresses(request.site)
        if _part_of(address) == part
        for code in LANGUAGES
    )
    return Page(body=f"{_OPEN}<urlset {_NAMESPACE}>\n{entries}</urlset>\n".encode(), media=_XML)


def _addresses(site: Site) -> Iterator[str]:
    """Every page that is published, files and one-pagers left out."""
    for route, address, _ in site.list_pages():
        is_page = route.translated and (address.endswith("/") or not address)
        if is_page and not address.startswith(("sheets/", "search/", "embed/")):
            yield address


def _part_of(address: str) -> str:
    first = address.partition("/")[0]
    return first if first in PARTS[:-1] else PARTS[-1]
