"""Which documents share a wording, and what each has otherwise.

A template is what the documents of one support type have in common that bear the same year's revision mark, or none,
and whose word sequences agree. It is named after its support type and that mark; unmarked ones after the years in which
their documents were signed. Everything here follows from the readings alone, in whatever order they came.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from db.database import Store
from db.moa_models import MoaReading, MoaWording
from db.queries import moas
from monitor.documents.differences import Place, compare, differences
from monitor.documents.wording import Wording

#: Documents of one wording share at least this part of the shorter one's word sequences. Measured: 0.79 and more within
#: a wording, slips of the recogniser and short forms of names included; 0.56 and less between support types.
SAME_WORDING = 0.75
#: A document with pages that have no text is mostly noise, and has few sequences to compare.
SAME_WORDING_PARTIAL = 0.6
#: With fewer sequences nothing can be said: a page of text has 40 and more.
FEWEST_SEQUENCES = 20
#: This many documents are enough to tell fields from wording.
VOTERS = 12
_YEAR = re.compile(r"20[0-3]\d(?=\D|$)")


@dataclass(slots=True)
class Group:
    """Documents of one wording; the first is the one that the others were measured by."""

    key: tuple[str | None, str | None]  # support type and the revision mark's year
    sketch: frozenset[int]
    members: list[MoaReading] = field(default_factory=list)


def derive_wordings(store: Store) -> None:
    """Store the template of every kept document and where it departs from it."""
    readings = [r for r in moas.load_readings(store.connection, sketches=True) if r.outcome == "kept"]
    groups = group_readings(readings)
    years = signing_years(store)
    wordings: list[MoaWording] = [MoaWording(r.sha256) for r in readings if not _in_group(r, groups)]
    names: Counter[str] = Counter()
    for group in sorted(groups, key=lambda g: (-len(g.members), g.members[0].sha256)):
        name = _name(group, years)
        names[name] += 1
        if names[name] > 1:
            name += f" ({chr(ord('a') + names[name] - 1)})"
        wordings += _compare_group(store, group, name)
    moas.save_wordings(store, wordings)


def _in_group(reading: MoaReading, groups: Iterable[Group]) -> bool:
    return any(reading.sha256 == member.sha256 for group in groups for member in group.members)


def group_readings(readings: Sequence[MoaReading]) -> list[Group]:
    """Return the groups of at least two documents; whole documents found them, those with unread pages only join."""
    ordered = sorted(readings, key=lambda r: ("partly_scanned" in r.signals, -len(r.sketch) // 50, r.sha256))
    groups: list[Group] = []
    for reading in ordered:
        sketch = frozenset(reading.sketch)
        if len(sketch) < FEWEST_SEQUENCES:
            continue
        partial = "partly_scanned" in reading.signals
        key = (reading.support_type, _marked_year(reading))
        likenesses = [(likeness(sketch, g.sketch), g) for g in groups if _may_join(key, g.key)]
        best = max(likenesses, key=lambda found: found[0], default=None)
        if best is not None and best[0] >= (SAME_WORDING_PARTIAL if partial else SAME_WORDING):
            best[1].members.append(reading)
        elif not partial:
            groups.append(Group(key, sketch, [reading]))
    return [group for group in groups if len(group.members) > 1]


def _may_join(key: tuple[str | None, str | None], group: tuple[str | None, str | None]) -> bool:
    """Whether the support types agree, as far as both are known, and the marks are of one year."""
    return key[1] == group[1] and (None in (key[0], group[0]) or key[0] == group[0])


def likeness(one: frozenset[int], other: frozenset[int]) -> float:
    """Return the part of the smaller sketch that the two have in common, from 0 to 1."""
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _marked_year(reading: MoaReading) -> str | None:
    return next((d.on[:4] for d in reading.dates if d.kind == "revised"), None)


def signing_years(store: Store) -> Mapping[str, str]:
    """Return a year of signing for each document, by document: the list's, else the one in its file name.

    Only a template's name rests on it; a file's name is no proof of a date.
    """
    listed = {row.url: row.signed_on for row in moas.load_listed(store.connection) if row.url and row.signed_on}
    years: dict[str, str] = {}
    for sighting in moas.load_sightings(store.connection):
        named = _YEAR.search(sighting.file)
        signed = listed.get(sighting.url) or (named[0] if named else None)
        if sighting.sha256 and signed:
            years.setdefault(sighting.sha256, signed[:4])
    return years


def _name(group: Group, years: Mapping[str, str]) -> str:
    """Return "TFM 2025-02" for marked wordings, after the earliest mark, and "WSO 2019" or "WSO 2019-2020" else."""
    support = next((m.support_type for m in group.members if m.support_type), None) or "other"
    marks = sorted(d.on[:7] for m in group.members for d in m.dates if d.kind == "revised")
    if marks:
        return f"{support} {marks[0]}"
    span = sorted(
        {min(d.on for d in m.dates)[:4] if m.dates else years.get(m.sha256, "") for m in group.members} - {""}
    )
    return f"{support} {span[0]}" + (f"-{span[-1]}" if len(span) > 1 else "") if span else f"{support} undated"


def _compare_group(store: Store, group: Group, name: str) -> list[MoaWording]:
    """Return every member's wording. The document nearest to all others stands for the template."""
    whole = [m for m in group.members if "partly_scanned" not in m.signals]
    ranked = _by_nearness(whole)
    texts = _Texts(store, group.members)
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    found = []
    voters = ranked[1 : VOTERS + 2]
    votes = _votes(texts, first, voters)
    vocabulary = frozenset(key for m in ranked[:VOTERS] for key in texts[m.sha256].keys if key.isalpha())
    for member in group.members:
        if member is first:
            if second is None:
                found.append(MoaWording(member.sha256, name))
                continue
            others = _votes(texts, second, ranked[2 : VOTERS + 2])
            places = compare(texts[second.sha256], texts[first.sha256])
            listed = differences(places, list(others.values()), vocabulary)
            found.append(MoaWording(member.sha256, name, second.sha256, listed))
            continue
        places = votes.get(member.sha256) or compare(
            texts[first.sha256], texts[member.sha256], partial="partly_scanned" in member.signals
        )
        others_places = [v for sha256, v in votes.items() if sha256 != member.sha256][:VOTERS]
        found.append(MoaWording(member.sha256, name, first.sha256, differences(places, others_places, vocabulary)))
    return found


def _votes(texts: _Texts, template: MoaReading, others: Sequence[MoaReading]) -> dict[str, list[Place]]:
    return {other.sha256: compare(texts[template.sha256], texts[other.sha256]) for other in others}


def _by_nearness(members: Sequence[MoaReading]) -> list[MoaReading]:
    """Return the members, first those whose sequences most others have as well."""
    often = Counter(value for member in members for value in member.sketch)
    # a sequence that all have counts most; one that a single document has, a slip or a name, counts against it
    worth = {m.sha256: sum(often[v] - 1 if often[v] > 1 else -len(members) for v in m.sketch) for m in members}
    return sorted(members, key=lambda m: (-worth[m.sha256], m.sha256))


class _Texts:
    """The members' words, made when they are first asked for."""

    def __init__(self, store: Store, members: Sequence[MoaReading]) -> None:
        self._pages = moas.load_pages(store.connection, [m.sha256 for m in members])
        self._agency = {m.sha256: m.agency for m in members}
        self._made: dict[str, Wording] = {}

    def __getitem__(self, sha256: str) -> Wording:
        if sha256 not in self._made:
            self._made[sha256] = Wording(self._pages.get(sha256, []), self._agency[sha256])
        return self._made[sha256]


def template_counts(wordings: Iterable[MoaWording]) -> dict[str, int]:
    """Return how many documents follow each template, by name."""
    counts: dict[str, int] = defaultdict(int)
    for wording in wordings:
        if wording.template:
            counts[wording.template] += 1
    return dict(sorted(counts.items()))
