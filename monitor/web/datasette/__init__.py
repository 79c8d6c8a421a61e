"""What Datasette is told about the database: titles, units, facets, questions, and what is nobody's business."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

METADATA = Path(__file__).parent / "metadata.json"


def read_metadata() -> dict[str, Any]:
    """The metadata, as `datasette --metadata` takes it."""
    found: dict[str, Any] = json.loads(METADATA.read_text(encoding="utf-8"))
    return found
