"""Where things are: the project, the lists and documents kept beside it, and the pages made for tests."""

from __future__ import annotations

from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SHARED = ROOT.parent / "shared"
LISTS = SHARED / "ice-sheets"  # real lists; tests that need them skip where they are not
DOCUMENTS = SHARED / "ice-documents"  # real agreement documents, likewise
PAGES = ROOT / "tests" / "pages"
