"""The words of ICE's lists as data, read once from lookups.toml and the `us` library."""

from __future__ import annotations

import tomllib
import unicodedata
from importlib.resources import files
from typing import TypeVar, cast

import us
from rapidfuzz.distance import OSA

from db.models import SupportType

_DATA = tomllib.loads(files("scrapers.readers").joinpath("lookups.toml").read_text(encoding="utf-8"))

HEADERS: dict[str, str] = _DATA["headers"]
SUPPORT_TYPES: dict[str, SupportType] = cast("dict[str, SupportType]", _DATA["support_types"])
SUPPORT_TYPE_SLIPS: dict[str, SupportType] = cast("dict[str, SupportType]", _DATA["support_type_slips"])
TYPE_WORDS = frozenset(cast("list[str]", _DATA["words"]["types"]))
LINK_WORDS = frozenset(cast("list[str]", _DATA["words"]["links"]))

_Meaning = TypeVar("_Meaning", bound=str)

_PLACES = [*us.states.STATES_AND_TERRITORIES, us.states.DC]
STATES: dict[str, str] = {
    **{place.name.upper(): place.abbr for place in _PLACES},
    **{place.abbr: place.abbr for place in _PLACES},
    **cast("dict[str, str]", _DATA["states"]),
}
#: Codes are too short to be compared letter by letter.
SUPPORT_TYPE_NAMES = {name: code for name, code in SUPPORT_TYPES.items() if name != code}
#: Only full names are worth comparing letter by letter: every pair of two letters is near some postal code.
STATE_NAMES: dict[str, str] = {place.name.upper(): place.abbr for place in _PLACES}


def fold(text: str) -> str:
    """Return the text in upper case, trimmed, with every run of spaces (no-break spaces too) as one space.

    Letters of another width are the usual ones.
    """
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return " ".join(text.split()).upper()


def nearest(word: str, names: dict[str, _Meaning]) -> _Meaning | None:
    """Return the value of the one name that `word` can be a misspelling of, or None if none or several can be.

    At most one letter in four may differ, two in all, and the next name must be at least two letters further off.
    """
    allowed = min(2, len(word) // 4)
    if not allowed or len(word) > 64:  # no name is as long, and distance is quadratic
        return None
    best: dict[_Meaning, int] = {}
    for name, value in names.items():
        distance = OSA.distance(word, name, score_cutoff=allowed + 2)
        best[value] = min(best.get(value, 99), distance)
    ranked = sorted(best.items(), key=lambda pair: pair[1])
    value, distance = ranked[0]
    if distance <= allowed and (len(ranked) == 1 or ranked[1][1] >= distance + 2):
        return value
    return None
