"""The command that tells Datasette about the database."""

from __future__ import annotations

import sys

from monitor.web.datasette import METADATA


def datasette() -> None:
    """Print the metadata for Datasette: descriptions, units, facets, and which tables are private."""
    sys.stdout.write(METADATA.read_text(encoding="utf-8"))
