"""What a change's id is made of."""

from __future__ import annotations

import hashlib


def change_id(*content: object) -> str:
    """Return a change's id: twelve hexadecimal digits of what it states."""
    return hashlib.sha256("|".join(str(part) for part in content).encode()).hexdigest()[:12]
