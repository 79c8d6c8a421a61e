"""Whether a county is the one that was asked for: the same answer for the log, the agreements and the API."""

from __future__ import annotations

_KINDS = (" county", " parish")


def is_county(asked: str, name: str | None, fips: str | None) -> bool:
    """Return whether `asked` (a FIPS code, or a name with or without "County" or "Parish") is the county."""
    if fips is not None and asked == fips:
        return True
    from monitor.matching.names import normal_form  # only who asks for a county waits for the tables of names

    words = normal_form(name)
    if not words:
        return False
    wanted = normal_form(asked)
    return wanted == words or any(wanted == words.removesuffix(kind) for kind in _KINDS)
