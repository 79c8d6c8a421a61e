"""Whether the program's parts belong together: their names are common, and packages of the same names shadow them."""

from __future__ import annotations

from pathlib import Path


def find_strays(*parts: Path) -> list[str]:
    """Return a finding when the program's parts come from several places."""
    homes = {part.resolve().parent for part in parts}
    if len(homes) == 1:
        return []
    places = ", ".join(sorted(str(home) for home in homes))
    return [f"program: db, monitor, scrapers and scheduler come from {places}; install it into its own environment"]
