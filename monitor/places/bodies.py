"""Tell what kind of body an agency is, from its TYPE cell and its name."""

from __future__ import annotations

import re
from typing import Literal

import us

from monitor.places.gazetteer import normal

BodyKind = Literal["state", "county", "municipal", "campus", "airport", "port", "tribal", "district"]

_KINDS: tuple[tuple[BodyKind, re.Pattern[str]], ...] = tuple(
    (kind, re.compile(rf"\b(?:{words})\b"))  # type: ignore[misc]
    for kind, words in (
        ("tribal", r"tribal|tribe|nation(?! guard)|pueblo|rancheria|indian (?:community|reservation)|band of"),
        ("campus", r"university|college|campus|polytechnic|(?:school|education) (?:board|district|police)|isd|academy"),
        ("airport", r"airports?|aviation"),
        ("port", r"port authority|(?:sea)?port of|port police|harbou?r (?:police|patrol|district)"),
        ("district", r"district(?! attorney)|regional|joint|authority|metro police"),
        ("county", r"sheriffs?|county|parish|borough (?!police)board"),
    )
)
#: An office of a state attorney or a constable serves a district of its own, whatever ICE's TYPE says.
_JUDICIAL = re.compile(r"\b(?:judicial (?:circuit|district)|circuit attorney)\b")
_PRECINCT = re.compile(r"\b(?:precinct|ward|district) \w+|\w+ (?:precinct|ward)\b")
_MUNICIPAL = re.compile(r"\b(?:city|town|township|village|borough|police|marshals?|public safety)\b")
_STATE_HEADS = re.compile(
    r"\b(?:state (?:police|patrol|guard|fire marshal|highway)|highway patrol|national guard|bureau of (?:investigation|"
    r"narcotics)|department of (?:corrections?|public safety|law enforcement|justice|wildlife|financial|highway|"
    r"environmental|lottery|natural|revenue|motor)|attorney general|military department|gaming|fish and|wildlife|"
    r"division of|law enforcement division|alcohol|lottery|agricultural law)\b"
)
_TYPES: dict[str, BodyKind] = {
    "state": "state", "state agency": "state", "territory": "state", "tribal": "tribal", "county": "county",
    "municipality": "municipal", "municipal": "municipal", "muncipality": "municipal", "city": "municipal",
}  # fmt: skip


def is_type_word(cell: str | None) -> bool:
    """Return whether the TYPE cell names a kind of body."""
    return normal(cell or "") in _TYPES


def body_kind(state_code: str | None, agency: str | None, type_cell: str | None) -> BodyKind | None:
    """Return the kind of body, or None if neither name nor TYPE says.

    The name decides over the cell where it names a campus, an airport, a port, a tribe or a district, for TYPE has no
    word for those; a state's own offices are the state's whatever the cell says.
    """
    name = normal(agency or "")
    printed = _TYPES.get(normal(type_cell or ""))
    named = next((kind for kind, words in _KINDS if words.search(name)), None)
    if named in ("tribal", "campus", "airport", "port"):
        return named
    if _JUDICIAL.search(name):
        return "district"
    if _is_states_own(state_code, name) and printed != "municipal" and named != "county":
        return "state"
    if named == "district" and not _PRECINCT.search(name):
        return "district"
    return printed or ("county" if named == "county" else "municipal" if _MUNICIPAL.search(name) else None)


def _is_states_own(state_code: str | None, name: str) -> bool:
    state = us.states.lookup(state_code) if state_code else None
    if not _STATE_HEADS.search(name):
        return False
    named = state is not None and f" {normal(state.name)} " in f" {name} "
    return named or "state " in name or name.startswith(("office of", "department"))
