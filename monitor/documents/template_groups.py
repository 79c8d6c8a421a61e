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
from monitor.documents.differences import compare, differences
from monitor.documents.wording import Wording

#: A document belongs to a wording when at least this part of its word sequences stands in the wording's documents. The
#: revision mark of one year is evidence by itself; without a mark likeness alone decides. Measured on real documents:
#: 0.84 and more within a wording, slips of the recognizer and short forms of names included; a document of four legible
#: pages full of slips has 0.67. Wordings of different years can have 0.98 in common: only the mark tells them apart.
SAME_WORDING = 0.7
SAME_WORDING_MARKED = 0.6
#: So many documents of a wording are asked; more would not tell more.
ASKED = 8
#: With fewer sequences nothing can be said: a page of text has 40 and more.
FEWEST_SEQUENCES = 20
#: This many documents are enough to tell fields from wording.
VOTERS = 12
#: Members whose texts are in memory at once.
_BATCH = 100
_YEAR = re.compile(r"20[0-3]\d(?=\D|$)")


@dataclass(slots=True)
class Group:
    """Documents of one wording."""

    key: tuple[str | None, str | None]  # support type and the revision mark's year
    sequences: set[int] = field(default_factory=set)  # of the first members
    members: list[MoaReading] = field(default_factory=list)

    def add(self, reading: MoaReading) -> None:
        """Let a document join."""
        if len(self.members) < ASKED:
            self.sequences.update(reading.sketch)
        self.members.append(reading)

    def likeness(self, reading: MoaReading) -> float:
        """Return the part of the document's word sequences that stands in the group's documents, from 0 to 1."""
        return len(self.sequences.intersection(reading.sketch)) / len(reading.sketch)


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
        if len(reading.sketch) < FEWEST_SEQUENCES:
            continue
        partial = "partly_scanned" in reading.signals
        key = (reading.support_type, _marked_year(reading))
        likenesses = [(group.likeness(reading), group) for group in groups if _may_join(key, group.key)]
        best = max(likenesses, key=lambda found: found[0], default=None)
        needed = SAME_WORDING_MARKED if key[1] or partial else SAME_WORDING
        if best is not None and best[0] >= needed:
            best[1].add(reading)
        elif not partial:
            groups.append(Group(key))
            groups[-1].add(reading)
    return [group for group in groups if len(group.members) > 1]


def _may_join(key: tuple[str | None, str | None], group: tuple[str | None, str | None]) -> bool:
    """Whether the support types agree, as far as both are known, and the marks are of one year."""
    return key[1] == group[1] and (None in (key[0], group[0]) or key[0] == group[0])


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
    ranked = _by_nearness(whole)[: VOTERS + 2]
    texts = _read_texts(store, ranked)
    first, second = ranked[0], ranked[1] if len(ranked) > 1 else None
    template = texts[first.sha256]
    votes = {other.sha256: compare(template, texts[other.sha256]) for other in ranked[1:]}
    vocabulary = frozenset(key for text in texts.values() for key in text.keys if key.isalpha())
    found = []
    if second is None:
        found.append(MoaWording(first.sha256, name))
    else:
        others = [compare(texts[second.sha256], texts[other.sha256]) for other in ranked[2:]]
        listed = differences(compare(texts[second.sha256], template), others, vocabulary)
        found.append(MoaWording(first.sha256, name, second.sha256, listed))
    rest = [member for member in group.members if member is not first]
    for start in range(0, len(rest), _BATCH):
        batch = rest[start : start + _BATCH]
        for member, text in zip(batch, _read_texts(store, batch).values(), strict=True):
            places = compare(template, text, partial="partly_scanned" in member.signals)
            others = [vote for sha256, vote in votes.items() if sha256 != member.sha256][:VOTERS]
            found.append(MoaWording(member.sha256, name, first.sha256, differences(places, others, vocabulary)))
    return found


def _read_texts(store: Store, members: Sequence[MoaReading]) -> dict[str, Wording]:
    """Return the members' words by document, in order."""
    pages = moas.load_pages(store.connection, [m.sha256 for m in members])
    return {m.sha256: Wording(pages.get(m.sha256, []), m.agency) for m in members}


def _by_nearness(members: Sequence[MoaReading]) -> list[MoaReading]:
    """Return the members, first those whose sequences most others have as well."""
    often = Counter(value for member in members for value in member.sketch)
    # a sequence that all have counts most; one that a single document has, a slip or a name, counts against it
    worth = {m.sha256: sum(often[v] - 1 if often[v] > 1 else -len(members) for v in m.sketch) for m in members}
    return sorted(members, key=lambda m: (-worth[m.sha256], m.sha256))


def template_counts(wordings: Iterable[MoaWording]) -> dict[str, int]:
    """Return how many documents follow each template, by name."""
    counts: dict[str, int] = defaultdict(int)
    for wording in wordings:
        if wording.template:
            counts[wording.template] += 1
    return dict(sorted(counts.items()))
