"""A small store with documents that rows link, for tests of what is shown of them."""

from __future__ import annotations

from pathlib import Path

from db.database import Store
from tests.monitor.documents.agreements import write_agreement, write_manifest
from tests.monitor.documents.shelf import take_in
from tests.monitor.web.pages.conftest import fill_small
from tests.pdfs import hostile, text_pdf

PASCO = "https://www.ice.gov/doclib/287gMOA/PascoCountySheriffsOfficeWSO2019.pdf"
HIGHWAY = "https://www.ice.gov/doclib/287gMOA/FloridaHighwayPatrolTFM2025.pdf"


def fill_shelf(base: Path) -> Path:
    """Make the small store with five documents of one wording, two of them linked by rows, and two odd ones.

    The Highway Patrol's row is of the Task Force Model, its document a Warrant Service Officer agreement with 30 days'
    notice where the others have 90. Return its home.
    """
    home, saved = base / "data", base / "saved"
    fill_small(home, base / "lists")
    saved.mkdir()
    write_agreement(saved / "pasco.pdf", "Pasco County Sheriff's Office", signed="05/06/2019")
    write_agreement(saved / "highway.pdf", "Florida Highway Patrol", days=30)
    for name in ("Baker", "Clay", "Dixie"):
        write_agreement(saved / f"{name}.pdf", f"{name} County Sheriff's Office")
    (saved / "script.pdf").write_bytes(text_pdf(["<script>alert(1)</script> & words of a document " * 5]))
    (saved / "trap.pdf").write_bytes(hostile()["polyglot_page_first.pdf"][0])
    manifest = write_manifest(saved / "manifest.csv", {"pasco.pdf": PASCO, "highway.pdf": HIGHWAY})
    with Store.open(home) as store:
        take_in(store, [saved], manifest)
    return home
