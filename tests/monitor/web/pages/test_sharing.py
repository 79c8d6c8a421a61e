"""What travels with a page: previews, canonical addresses, sitemaps, citations."""

from __future__ import annotations

import json
import re
import struct
from html.parser import HTMLParser
from pathlib import Path

import pypdfium2
import pytest
from lxml.etree import fromstring

from db.database import Store
from db.settings import Settings
from monitor.i18n.language import language
from monitor.web.pages.addresses import make_site
from monitor.web.pages.render_page import STATIC, render
from monitor.web.pages.site import Site
from monitor.web.pages.typeset import draw_qr

PUBLIC = "https://agreements.example/287g"


class Head(HTMLParser):
    """The metas and links of a page, as a preview reads them."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.meta: dict[str, str] = {}
        self.links: list[dict[str, str | None]] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep a meta's content by its name or property, and every link."""
        values = dict(attrs)
        if tag == "meta":
            self.meta[values.get("property") or values.get("name") or ""] = values.get("content") or ""
        elif tag == "link":
            self.links.append(values)


@pytest.fixture(scope="module")
def site(small_home: Path) -> Site:
    return make_site(Store.open(small_home, read_only=True), PUBLIC)


def text_of(site: Site, path: str, code: str = "en") -> str:
    page = site.page(path, language(code), {})
    assert page is not None
    return render(page, path, language(code), static=False, public_url=site.public_url).decode()


def test_a_county_has_a_preview_with_absolute_addresses(site: Site) -> None:
    head = Head(text_of(site, "places/fl/pasco-county/", "es"))
    assert head.meta["og:url"] == f"{PUBLIC}/es/places/fl/pasco-county/"
    assert head.meta["og:title"] == "Pasco County, Florida"
    assert head.meta["og:description"] == head.meta["description"]
    assert head.meta["og:description"].startswith("Pasco County, Florida: ")
    assert "2" in head.meta["og:description"]
    assert head.meta["twitter:card"] == "summary_large_image"
    assert {link["href"] for link in head.links if link["rel"] == "canonical"} == {head.meta["og:url"]}
    assert {link["hreflang"]: link["href"] for link in head.links if link.get("hreflang")} == {
        "en": f"{PUBLIC}/places/fl/pasco-county/", "es": head.meta["og:url"],
        "x-default": f"{PUBLIC}/places/fl/pasco-county/",
    }  # fmt: skip


@pytest.mark.parametrize("code", ["en", "es"])
def test_shared_pages_have_a_picture_as_the_big_sites_want_it(site: Site, code: str) -> None:
    """Facebook, X, LinkedIn, Slack, WhatsApp: an absolute address, 1200 by 630 as it says, below 300 kB, with words."""
    change = next(c["id"] for c in site.book().changes if c["kind"] == "termination")
    own = [
        "", "places/fl/", "places/fl/pasco-county/", "agencies/fl-pasco-county-sheriffs-office/", f"changes/{change}/",
        "as-of/2025-03-04/",
    ]  # fmt: skip
    pictures = set()
    for path in (*own, "map/", "about/", "places/pr/"):
        meta, lang = Head(text_of(site, path, code)).meta, language(code)
        address = meta["og:image"].removeprefix(f"{PUBLIC}/{lang.prefix}")
        assert address == (f"{path}card.png" if path in (*own, "places/pr/") else "card.png")
        assert not {"twitter:title", "twitter:description", "twitter:image"} & meta.keys()  # X reads those of og
        assert meta["twitter:image:alt"] == meta["og:image:alt"]
        assert 10 < len(meta["og:image:alt"]) < 420  # X takes no more
        assert meta["twitter:card"] == "summary_large_image"
        page = site.page(address, lang, {})
        assert page is not None
        assert page.body is not None
        assert page.body.startswith(b"\x89PNG")
        assert len(page.body) < 300_000
        assert struct.unpack(">II", page.body[16:24]) == (1200, 630)
        assert (meta["og:image:width"], meta["og:image:height"]) == ("1200", "630")
        assert page.body == getattr(site.page(address, lang, {}), "body", None)
        pictures.add(page.body)
    assert len(pictures) == len(own) + 1


def test_published_pages_share_their_states_picture(site: Site) -> None:
    for path, picture in (
        ("places/fl/pasco-county/", "places/fl/card.png"), ("places/fl/", "places/fl/card.png"),
        ("agencies/fl-pasco-county-sheriffs-office/", "card.png"), ("es/", "es/card.png"),
    ):  # fmt: skip
        lang = language("es" if path.startswith("es/") else "en")
        page = site.page(path.removeprefix("es/"), lang, {}, static=True)
        assert page is not None
        text = render(page, path.removeprefix("es/"), lang, static=True, public_url=PUBLIC).decode()
        assert Head(text).meta["og:image"] == f"{PUBLIC}/{picture}"
    published = {address for route in site.routes if route.addresses for address, _ in route.addresses(site.book())}
    assert {a for a in published if a.endswith("card.png") and "/" not in a} == {"card.png"}
    assert sum(a.endswith("card.png") for a in published) == 1 + 56


def test_pictures_of_what_is_not_there_are_not_there(site: Site) -> None:
    for path in (
        "places/zz/card.png", "places/fl/no-county/card.png", "agencies/no-agency/card.png",
        "changes/000000000000/card.png", "as-of/1999-01-01/card.png", "as-of/2025-02-31/card.png",
    ):  # fmt: skip
        assert site.page(path, language("en"), {}) is None, path


def test_a_hostile_name_stays_within_its_attribute(site: Site) -> None:
    agency = next(a for a in site.book().agencies.values() if a.name.startswith("=HYPERLINK"))
    meta = Head(text_of(site, f"agencies/{agency.id}/")).meta
    assert meta["og:title"].startswith('=HYPERLINK("http://bad.example"')


def test_without_a_public_address_nothing_is_claimed(small_home: Path, tmp_path: Path) -> None:
    site = make_site(Store.open(small_home, read_only=True))
    text = text_of(site, "places/fl/pasco-county/")
    assert "og:" not in text
    assert "canonical" not in text
    assert site.page("sitemap.xml", language("en"), {}) is None
    assert Settings(home=tmp_path).public_url_if_set == ""
    assert Settings(home=tmp_path, public_url=PUBLIC).public_url_if_set == PUBLIC


def test_the_sitemaps_name_every_page_once_in_both_languages(site: Site) -> None:
    def locs(path: str) -> list[str]:
        page = site.page(path, language("en"), {})
        assert page is not None
        assert page.body is not None
        return [e.text or "" for e in fromstring(page.body).iter("{*}loc")]

    every = [loc for part in locs("sitemap.xml") for loc in locs(part.removeprefix(f"{PUBLIC}/"))]
    assert len(every) == len(set(every))
    assert {f"{PUBLIC}/", f"{PUBLIC}/es/", f"{PUBLIC}/places/fl/pasco-county/", f"{PUBLIC}/es/about/"} <= set(every)
    for loc in every[:: len(every) // 40]:
        lang = language("es" if f"{PUBLIC}/es/" in loc else "en")
        assert site.page(loc.removeprefix(f"{PUBLIC}/{lang.prefix}"), lang, {}) is not None, loc
    robots = site.page("robots.txt", language("en"), {})
    assert robots is not None
    assert f"Sitemap: {PUBLIC}/sitemap.xml".encode() in (robots.body or b"")


def test_a_change_is_cited_with_its_address_both_dates_and_the_lists_checksum(site: Site) -> None:
    change = next(c for c in site.book().changes if c["kind"] == "termination")
    assert change["first_missing_from"]
    citation = re.findall(r'class="citation">(.*?)</p', text_of(site, f"changes/{change['id']}/"), re.S)[0]
    bibtex = re.findall(r"@misc\{.*?\n\}", text_of(site, f"changes/{change['id']}/"), re.S)[0]
    for part in (f"{PUBLIC}/changes/{change['id']}/", change["first_missing_from"]["sha256"]):
        assert part in citation
        assert part in bibtex
    assert "March 5, 2025" in citation
    assert "Known here since October 1, 2025." in citation
    assert "2025-03-05" in bibtex
    assert "known here since 2025-10-01" in bibtex
    assert bibtex.count("{") == bibtex.count("}")


@pytest.mark.parametrize("code", ["en", "es"])
def test_a_one_pager_on_paper_leads_back(site: Site, small_home: Path, code: str) -> None:
    """Its address stands on it, as a link and as a QR code; without a public address there is neither."""
    lang = language(code)
    address = f"{PUBLIC}/{lang.prefix}places/fl/pasco-county/"
    bare = make_site(Store.open(small_home, read_only=True))
    for of, there in ((site, True), (bare, False)):
        page = of.page("sheets/fl/pasco-county/sheet.pdf", lang, {})
        assert page is not None
        assert page.body is not None
        with pypdfium2.PdfDocument(page.body) as document:
            assert len(document) == 1
            assert (address in document[0].get_textpage().get_text_range()) == there
        assert (address.encode() in page.body) == there
    assert "<svg" in draw_qr(address)


def test_every_icon_is_there_in_the_size_it_is_said_to_be(site: Site) -> None:
    def size_of(png: bytes) -> tuple[int, int]:
        assert png.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", png[16:24])
        return width, height

    for code, up in (("en", ""), ("es", "../")):
        page = site.page("site.webmanifest", language(code), {})
        assert page is not None
        for icon in json.loads(page.body or b"")["icons"]:
            assert icon["src"].startswith(f"{up}static/")
            side = int(icon["sizes"].partition("x")[0])
            assert size_of((STATIC / Path(icon["src"]).name).read_bytes()) == (side, side)
    icon_file = site.page("favicon.ico", language("en"), {})
    assert icon_file is not None
    body = icon_file.body or b""
    kind, count, side, _, length, start = struct.unpack("<2xHHBB6xII", body[:22])
    assert (kind, count, side, start + length) == (1, 1, 32, len(body))
    assert size_of(body[start:]) == (32, 32)
    links = {link["rel"]: link["href"] for link in Head(text_of(site, "", "es")).links}
    assert links["apple-touch-icon"] == "../static/icon-180.png"
    assert links["manifest"] == "./site.webmanifest"
    assert size_of((STATIC / "icon-180.png").read_bytes()) == (180, 180)
