"""What an import of agreement documents refuses: files outside the folder that was named."""

from __future__ import annotations

from pathlib import Path

import pytest

from scrapers.ingest import ImportRefusedError
from scrapers.ingest_moas import find_saved
from tests.pdfs import text_pdf


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a document, beside a private one and a private text."""
    (tmp_path / "moas").mkdir()
    for place in (tmp_path / "moas" / "moa.pdf", tmp_path / "private.pdf"):
        place.write_bytes(text_pdf(["MEMORANDUM OF AGREEMENT"]))
    (tmp_path / "private.txt").write_text("private")
    return tmp_path / "moas"


@pytest.mark.parametrize("named", ["../private.pdf", "../private.txt", "sub/../../private.pdf", "/etc/passwd"])
def test_a_manifest_names_nothing_outside_its_folder(folder: Path, named: str) -> None:
    """Each was once kept in the archive; a PDF was published."""
    (folder / "sub").mkdir()
    (folder / "manifest.csv").write_text(f"file,url\nmoa.pdf,\n{named},\n")
    with pytest.raises(ImportRefusedError, match=r"outside the folder.*row 3"):
        find_saved([], folder / "manifest.csv")


def test_nor_does_it_outside_a_folder_named_beside_it(folder: Path) -> None:
    manifest = folder.parent / "manifest.csv"
    manifest.write_text("file,url\nmoa.pdf,\n")
    assert len(find_saved([folder], manifest)) == 1
    (folder / "sub").mkdir()
    (folder.parent / "manifest.csv").write_text("file,url\n../moas/moa.pdf,\n../private.txt,\n")
    with pytest.raises(ImportRefusedError, match=r"outside the folder.*row 3"):
        find_saved([folder / "sub", folder], manifest)


def test_a_link_that_leaves_the_folder_is_refused(folder: Path) -> None:
    (folder / "other.pdf").symlink_to(folder.parent / "private.txt")
    with pytest.raises(ImportRefusedError, match="outside the folder"):
        find_saved([folder], None)


def test_a_link_within_the_folder_is_followed(folder: Path) -> None:
    (folder / "again.pdf").symlink_to(folder / "moa.pdf")
    assert len(find_saved([folder], None)) == 1
