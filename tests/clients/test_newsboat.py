"""newsboat, Debian's reader of feeds: it has every entry once, and asks again without taking anything twice."""

from __future__ import annotations

import shutil
import sqlite3
import urllib.request
from contextlib import closing
from pathlib import Path

import pytest
from lxml import etree

from tests.clients.programs import needs, run

NEWSBOAT = Path(shutil.which("newsboat") or "/usr/bin/newsboat")
ATOM = "{http://www.w3.org/2005/Atom}"

pytestmark = [pytest.mark.soak, needs(NEWSBOAT)]


def entries(address: str) -> set[tuple[str, ...]]:
    """(id, title, summary) of each entry."""
    with urllib.request.urlopen(address) as answer:
        found = etree.fromstring(answer.read()).findall(f"{ATOM}entry")
    return {tuple(e.findtext(ATOM + name, "") for name in ("id", "title", "summary")) for e in found}


def test_newsboat_has_each_entry_once(site: str, tmp_path: Path) -> None:
    """Also who follows several feeds that hold the same change: its entry has one id in all of them."""
    addresses = [f"{site}/feeds/{path}.atom" for path in ("all", "state/FL", "county/12123")]
    (tmp_path / "urls").write_text("\n".join(addresses) + "\n")
    (tmp_path / "config").touch()
    ours = set().union(*map(entries, addresses))
    assert len(ours) == 3
    for _ in range(2):
        run(NEWSBOAT, "-u", "urls", "-c", "cache.db", "-C", "config", "-x", "reload", cwd=tmp_path)
        with closing(sqlite3.connect(tmp_path / "cache.db")) as cache:
            got = cache.execute("select guid, title, content from rss_item").fetchall()
        assert len(got) == len(ours)
        assert set(got) == ours
