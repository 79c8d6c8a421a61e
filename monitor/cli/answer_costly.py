"""The second process of `serve`: it answers what takes long; see `monitor.web.http.second_process`."""

from __future__ import annotations

import sys
from pathlib import Path

from db.database import Store
from monitor.service.memory_release import share_heaps
from monitor.web.api.app import make_app
from monitor.web.api.memory import Memory
from monitor.web.http.second_process_loop import answer_requests
from monitor.web.pages.addresses import make_site
from monitor.web.pages.app import make_renderer

PAGES, API = "pages", "api"


def main() -> None:
    """Answer requests for heavy pages and questions over the store whose directory is the first argument."""
    share_heaps()
    home, public_url = Path(sys.argv[1]), sys.argv[2]
    with Store.open(home, read_only=True) as store:
        answer_requests({PAGES: make_renderer(make_site(store, public_url)), API: make_app(Memory(home))})
