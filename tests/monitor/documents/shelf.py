"""A store with documents in it, from the real ones or made from texts."""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path

from typer.testing import CliRunner, Result

from db.database import Store
from db.settings import Settings
from monitor.documents.template_groups import derive_wordings
from scheduler import app
from scrapers import ingest_moas
from scrapers.readers.moa_text import PdfReader
from tests.pdfs import text_pdf


def take_in(store: Store, paths: Iterable[Path], manifest: Path | None = None) -> None:
    """Import, read and compare documents, as `moas --import` does."""
    settings = Settings(home=store.home)
    ingest_moas.import_saved(store, settings, list(paths), manifest)
    for _ in ingest_moas.read_new(store, settings):
        pass
    derive_wordings(store)


def pages_of(path: Path) -> list[str]:
    """Return the text of each page of a PDF."""
    with PdfReader(max_bytes=30_000_000) as reader:
        return [page.text for page in reader.read(path).pages]


def alter(path: Path, pattern: str, replacement: str, target: Path) -> None:
    """Write a PDF with the text of the one at `path`, changed at the one place that the pattern finds."""
    pages = pages_of(path)
    found = [number for number, text in enumerate(pages) if re.search(pattern, text)]
    assert len(found) == 1, (path.name, found)
    pages[found[0]] = re.sub(pattern, replacement, pages[found[0]], count=1)
    target.write_bytes(text_pdf(pages))


def run(*arguments: str, home: Path) -> Result:
    """Return what `ice-agreements` says to these arguments, over the data in `home`."""
    return CliRunner().invoke(app, [*arguments], env={"ICE_AGREEMENTS_HOME": str(home)})
