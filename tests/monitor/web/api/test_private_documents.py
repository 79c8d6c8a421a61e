"""What an import read by mistake is nobody's: neither the API nor the pages give it away."""

from __future__ import annotations

from pathlib import Path

from starlette.testclient import TestClient

from db.database import Store
from db.settings import Settings
from monitor.changelog.rebuild import derive
from monitor.i18n.language import language
from monitor.web.api.app import make_api
from monitor.web.pages.addresses import make_site
from scrapers.ingest import SavedList, import_list
from tests.histories import NOW, Posting, agencies

BAKER = agencies("Baker County Sheriff's Office")
LIST = Posting(BAKER, "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")


def test_a_private_page_that_was_imported_is_given_to_nobody(tmp_path: Path) -> None:
    (tmp_path / "private.html").write_text("<html><body><table><tr><td>private</td></tr></table></body></html>")
    with Store.open(tmp_path / "home") as store:
        listed = import_list(store, SavedList(LIST.write(tmp_path)), NOW).sha256
        private = import_list(store, SavedList(tmp_path / "private.html"), NOW).sha256
        derive(store, now=NOW)
    api = TestClient(make_api(Settings(home=tmp_path / "home")))
    assert [document["sha256"] for document in api.get("/documents").json()] == [listed]
    assert api.get(f"/documents/{listed}/content").status_code == 200
    for address in (f"/documents/{private}", f"/documents/{private}/content"):
        assert api.get(address).status_code == 404, address
    with Store.open(tmp_path / "home", read_only=True) as store:
        site = make_site(store)
        assert site.page(f"lists/{listed}/original.xlsx", language("en"), {}) is not None
        assert site.page(f"lists/{private}/original.txt", language("en"), {}) is None
