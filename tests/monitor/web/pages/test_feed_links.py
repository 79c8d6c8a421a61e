"""A feed reader that is given the address of a page finds the feed of just that page."""

from __future__ import annotations

import re
from urllib.parse import urljoin

import pytest
import requests


@pytest.mark.parametrize("tongue", ["", "es/"])
@pytest.mark.parametrize(
    ("page", "feed"),
    [
        ("places/fl/", "feeds/state/FL.atom"),
        ("places/fl/pasco-county/", "feeds/county/12101.atom"),
        ("agencies/fl-pasco-county-sheriffs-office/", "feeds/agency/fl-pasco-county-sheriffs-office.atom"),
    ],
)
def test_pages_of_states_counties_and_agencies_name_their_feed(
    small_site: str, tongue: str, page: str, feed: str
) -> None:
    answer = requests.get(small_site + tongue + page, timeout=30)
    assert answer.status_code == 200
    found = re.findall(r'<link rel="alternate" type="application/atom\+xml" href="([^"]+)"', answer.text)
    assert [urljoin(answer.url, address) for address in found] == [
        f"{small_site}feeds/all.atom", small_site + feed,
    ]  # fmt: skip
