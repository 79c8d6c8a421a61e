"""The states by every name people write, and a query taken apart into what is asked for and in which state."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cache

import us
from rapidfuzz.distance import OSA

from monitor.places.gazetteer import HERE, counties, normal

_STATES = [*us.states.STATES, us.states.DC, *us.states.TERRITORIES]
#: "estado de Florida", "state of Texas"
_BEFORE = ("estado de ", "state of ", "commonwealth of ", "in ", "en ")


@cache
def state_names() -> Mapping[str, str]:
    """Return normal name -> USPS code: full names, Spanish and shortened ones; codes themselves are left out."""
    found = {normal(s.name): s.abbr for s in _STATES if counties(s.abbr)}
    for line in (HERE / "state_names.tsv").read_text(encoding="utf-8").splitlines():
        if not line.startswith("#"):
            code, _, name = line.partition("\t")
            found[name] = code
    return found


@cache
def official_name(code: str) -> str:
    """Return the state's name as it is written."""
    return next((s.name for s in _STATES if s.abbr == code), code)


def find_state(text: str) -> str | None:
    """Return the state that a folded text names whole: by name, code, or a name a slip away."""
    for word in _BEFORE:
        text = text.removeprefix(word)
    text = text.removesuffix(" state")
    if code := state_names().get(text):
        return code
    if len(text) == 2 and counties(text.upper()):
        return text.upper()
    if len(text) < 6:
        return None
    near = [(OSA.distance(text, name), code) for name, code in state_names().items() if name[0] == text[0]]
    distance, code = min(near, default=(9, ""))
    rivals = {other for far, other in near if far == distance}
    return code if distance <= (1 if len(text) < 8 else 2) and len(rivals) == 1 else None


def split_state(text: str) -> Iterator[tuple[str, str]]:
    """Yield (what is left, USPS code) for each way to read a state at the end or the start of a folded text."""
    words = text.split()
    for length in (4, 3, 2, 1):
        if length < len(words):
            if code := find_state(" ".join(words[-length:])):
                yield _bare(" ".join(words[:-length])), code
            # "la salle", "de soto": a code of two letters is one at the end only
            if len(start := " ".join(words[:length])) > 2 and (code := find_state(start)):
                yield " ".join(words[length:]), code


def _bare(text: str) -> str:
    return text.removesuffix(" in").removesuffix(" en").removesuffix(" de")
