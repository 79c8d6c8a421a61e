"""A drift generator: from a list, successors as ICE could have published them, with the truth known.

Every agreement has a truth id. From list to list some rows are misprinted (and put right again), relabelled,
missing for a while, ended, signed anew, renewed or switched; `judge_log` then counts what a log got wrong.
"""

from __future__ import annotations

import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from functools import cache

from monitor.places import gazetteer
from tests.monitor.folded import CORPUS, Folded, Row, corpus_rows, fold_lists
from tests.monitor.misprints import CELL_MISPRINTS, MISPRINTS, NAME_MISPRINTS

FIRST = date(2025, 10, 1)
SUPPORT = ("Jail Enforcement Model", "Warrant Service Officer", "Task Force Model")


@dataclass(slots=True)
class Drift:
    """Lists in order, and what really happened to each agreement."""

    lists: list[list[Row]]
    ended: dict[str, str] = field(default_factory=dict)  # truth id -> what ended it: ended, renewed, switched
    signed: dict[str, str] = field(default_factory=dict)  # truth id -> new, renewal, switch
    story: dict[str, list[str]] = field(default_factory=dict)  # truth id -> what was done to its row, in order
    undecidable: set[str] = field(default_factory=set)  # truth ids that a careful reader could judge either way


@dataclass(slots=True)
class Score:
    """What a log got wrong, by truth id; `flagged` counts changes that ask for a person."""

    false_endings: list[str] = field(default_factory=list)
    false_signings: list[str] = field(default_factory=list)
    missed_endings: list[str] = field(default_factory=list)
    missed_signings: list[str] = field(default_factory=list)
    unflagged: list[str] = field(default_factory=list)
    flagged: int = 0
    changes: int = 0
    events: Counter[str] = field(default_factory=Counter)


def material() -> list[Row]:
    """The rows of a real list when the corpus is there, else made-up ones of real places."""
    return list(_material())


@cache
def _material() -> tuple[Row, ...]:
    if CORPUS.is_dir():
        newest = sorted((CORPUS / "participating").glob("participatingAgencies09302025*.xlsx"))[-1]
        rows = corpus_rows(f"participating/{newest.name}")
        return tuple(r for r in rows if re.fullmatch(r"\d{4}-\d\d-\d\d", r.signed))
    return tuple(made_up_rows(random.Random(7), 900))


def made_up_rows(rng: random.Random, count: int) -> list[Row]:
    """Rows of sheriffs and police of real counties and towns, no two of one agency and support type."""
    rows: dict[tuple[str, str, str], Row] = {}
    while len(rows) < count:
        row = new_row(rng, rng.choice("FL TX PA GA VA MO KS OK AL TN".split()), f"m{len(rows)}", date(2025, 3, 1))
        rows.setdefault((row.state, row.agency, row.support_type), row)
    return list(rows.values())


def new_row(rng: random.Random, state: str, truth: str, day: date) -> Row:
    """A row of a sheriff or police that the state could have, its MOA pending."""
    import us

    name = us.states.lookup(state).name.upper()
    county = rng.choice(sorted(gazetteer.counties(state).values(), key=lambda c: c.fips))
    kind = rng.random()
    printed, of_type = f"{county.name} Sheriff's Office", "County"
    if county.is_city or kind < 0.5:
        town = rng.choice(town_names(state)).title()
        printed, of_type = f"{town} Police Department", "Municipality"
    elif kind < 0.58:
        printed, of_type = f"{county.name} Constable Precinct {rng.randint(1, 8)}", "County"
    return Row(name, printed, rng.choice(SUPPORT), day.isoformat(), county.name, of_type, truth=truth)


@cache
def town_names(state: str) -> tuple[str, ...]:
    """Towns of the state as the gazetteer has them."""
    text = gazetteer.HERE.joinpath("place_names.tsv").read_text(encoding="utf-8")
    block = text.split(f"[{state}]\n", 1)[1].split("\n[", 1)[0]
    return tuple(line.partition("\t")[0] for line in block.splitlines() if len(line.partition("\t")[0]) > 3)


def neighbour(rng: random.Random, row: Row, truth: str, taken: set[str], day: date) -> Row | None:
    """Another real agency of the state whose name is like the row's: within three letters, or with a word more."""
    import us
    from rapidfuzz.distance import OSA

    code = us.states.lookup(row.state.strip()).abbr if us.states.lookup(row.state.strip()) else None
    if code is None:
        return None
    digits = re.search(r"(Precinct|Pct\.?) (\d)", row.agency)
    if digits:
        other = row.agency.replace(digits[0], f"{digits[1]} {(int(digits[2]) % 8) + 1}")
        return replace(row, agency=other, truth=truth, signed=day.isoformat(), moa="Link Pending", link=None)
    found = re.match(r"(?:City of |Town of )?(.+?) (County Sheriff|Police Department)", row.agency)
    if not found:
        return None
    place = found[1].lower()
    pool = list(gazetteer.counties(code)) if found[2].startswith("County") else list(town_names(code))
    near = [p for p in pool if p != place and (OSA.distance(p, place, score_cutoff=3) <= 3 or p.startswith(place + " ") or p.endswith(" " + place))]
    if not gazetteer.is_place(code, place + (" county" if found[2].startswith("County") else "")):
        return None  # of a misprinted name a real neighbour may be the correction
    near = [p for p in near if p.replace(" ", "") != place.replace(" ", "")]
    if not near:
        return None
    other = row.agency.replace(found[1], rng.choice(sorted(near)).title(), 1)
    if other.casefold() in taken:
        return None
    county = other.split(" Sheriff")[0] if "Sheriff" in other else row.county
    return replace(row, agency=other, truth=truth, signed=day.isoformat(), county=county, moa="Link Pending", link=None)


def relabel(rng: random.Random, row: Row) -> Row | None:
    """The sheriff's row under another office of the county, as ICE has done before an MOA was linked and after."""
    found = re.match(r"(.+ County) Sheriff", row.agency)
    if not found:
        return None
    office = rng.choice(("Attorney's Office", "Board of County Commissioners", "Department of Corrections", "Jail", "Prison", "Detention Center"))
    return replace(row, agency=f"{found[1]} {office}")


def decidable(row: Row, other: Row) -> bool:
    """Whether the place that the row names is real in one of the two states only."""
    found = re.match(r"(?:City of |Town of )?(.+?) (?:Sheriff|SO|Police|PD)", row.agency)
    if row.link or found is None:
        return row.link is not None
    a, b = code_of(row.state), code_of(other.state)
    return bool(a and b) and gazetteer.is_place(a, found[1]) != gazetteer.is_place(b, found[1])


def code_of(state: str) -> str | None:
    """The USPS code that a printed state means."""
    import us

    known = us.states.lookup(state.strip())
    return known.abbr if known else None


def drift(
    rng: random.Random, rows: Sequence[Row], *, steps: int = 6, rate: float = 0.08, kinds: Iterable[str] = (),
    twice: bool = True,
) -> Drift:  # fmt: skip
    """`steps` lists after the first: of the rows about `rate` are touched on each; the last list repeats the one before.

    `kinds` narrows what happens to rows that go on; new signings and endings happen all the same.
    """
    only = set(kinds)
    current = {row.truth: row for row in rows}
    clean = dict(current)
    ever: list[Row] = list(rows)
    absent: dict[str, int] = {}
    doubled: dict[str, Row] = {}
    out = Drift([list(rows)])
    number = 0

    def tell(truth: str, what: str) -> None:
        out.story.setdefault(truth, []).append(f"{len(out.lists)}:{what}")

    for step in range(1, steps + 1):
        day = FIRST + timedelta(days=step)
        quiet = step > steps - 2  # the last two lists only bring back what is missing, so that all is decided
        touched: set[str] = set()
        for truth in [t for t, left in absent.items() if left <= 1]:
            del absent[truth]
            tell(truth, "back")
            touched.add(truth)
            if rng.random() < 0.4 and not quiet:
                _misprint(rng, current, truth, only, tell, NAME_MISPRINTS)
        absent = {t: (left - 1 if not quiet else 1) for t, left in absent.items()}
        doubled.clear()
        for truth in sorted(set(current) - set(absent) - touched):
            if quiet or rng.random() >= rate:
                continue
            touched.add(truth)
            row, chance = current[truth], rng.random()
            if chance < 0.10:
                out.ended[truth] = "ended"
                tell(truth, "ended")
                base = clean[truth]
                del current[truth]
                if rng.random() < 0.4:
                    taken = {r.agency.casefold() for r in current.values() if r.state == row.state}
                    other = neighbour(rng, clean[truth], f"n{number}", taken, day - timedelta(days=rng.choice((0, 1, 3))))
                    if other and not any(_twin(other, r) for r in ever):
                        number += 1
                        current[other.truth] = clean[other.truth] = other
                        ever.append(other)
                        out.signed[other.truth] = "new"
                        tell(other.truth, f"neighbour of ended {row.agency}")
            elif chance < 0.15:
                absent[truth] = rng.randint(1, 4)
                tell(truth, f"missing {absent[truth]}")
            elif chance < 0.18:
                later = (day - timedelta(days=1)).isoformat()
                if (day - date.fromisoformat(clean[truth].signed)).days > 95:
                    fresh = replace(clean[truth], truth=f"n{number}", signed=later, moa="Link Pending", link=None)
                    number += 1
                    out.ended[truth], out.signed[fresh.truth] = "renewed", "renewal"
                    tell(fresh.truth, f"renews {truth}")
                    del current[truth]
                    current[fresh.truth] = clean[fresh.truth] = fresh
                    ever.append(fresh)
            elif chance < 0.25:
                taken = {r.agency.casefold() for r in current.values() if r.state == row.state}
                other = neighbour(rng, clean[truth], f"n{number}", taken, day - timedelta(days=1))
                if other and not any(_twin(other, r) for r in ever):
                    number += 1
                    current[other.truth] = clean[other.truth] = other
                    ever.append(other)
                    out.signed[other.truth] = "new"
                    tell(other.truth, f"neighbour of {row.agency}")
            elif chance < 0.28 and not only:
                other = relabel(rng, row)
                if other and not any(_same_cells(other, r) for r in current.values()):
                    current[truth] = clean[truth] = other
                    tell(truth, f"relabelled {other.agency}")
                    out.undecidable.add(truth)
            elif chance < 0.31 and twice:
                doubled[truth] = row
                if rng.random() < 0.5:
                    other = MISPRINTS[rng.choice(("city_of", "short_form", "spaces", "sheriff_words", "typo"))](rng, row)
                    doubled[truth] = other or row
                tell(truth, f"twice {doubled[truth].agency!r}")
            elif chance < 0.35 and not only:
                other = replace(row, state=rng.choice(sorted({r.state.strip() for r in rows})))
                if code_of(other.state) != code_of(row.state) and not any(_same_cells(other, r) for r in ever):
                    current[truth] = other
                    tell(truth, f"state {row.state} -> {other.state}, {row.agency!r}")
                    if not decidable(row, other):
                        out.undecidable.add(truth)
            elif chance < 0.45 and current[truth] != clean[truth]:
                current[truth] = clean[truth]
                tell(truth, "put right")
            else:
                _misprint(rng, current, truth, only, tell, ())
        if not quiet:
            states = [r.state.strip() for r in current.values()]
            for _ in range(max(1, int(len(rows) * rate / 8))):
                import us

                code = us.states.lookup(rng.choice(states))
                if code is None:
                    continue
                fresh = new_row(rng, code.abbr, f"n{number}", day - timedelta(days=1))
                if any(_same_cells(fresh, r) or _twin(fresh, r) for r in ever):
                    continue
                number += 1
                current[fresh.truth] = clean[fresh.truth] = fresh
                ever.append(fresh)
                out.signed[fresh.truth] = "new"
                tell(fresh.truth, "signed")
        if rng.random() < 0.15 and not quiet and not only:
            state = rng.choice(sorted({r.state for r in current.values()}))
            wrong = state[:-1] + rng.choice(("", state[-1] * 2, state[-1] + "J", "XQZ"))
            for truth, row in current.items():
                if row.state == state:
                    current[truth] = replace(row, state=wrong)
                    tell(truth, f"whole state {wrong!r}")
        shown = [row for truth, row in current.items() if truth not in absent]
        shown += list(doubled.values())
        rng.shuffle(shown)
        out.lists.append(shown)
    return out


def _same_cells(a: Row, b: Row) -> bool:
    return (a.state.strip().casefold(), a.agency.strip().casefold(), a.support_type) == (b.state.strip().casefold(), b.agency.strip().casefold(), b.support_type)


def _twin(a: Row, b: Row) -> bool:
    """Whether a made-up row would be a real agency's by another spelling: then the truth would not be known."""
    from monitor.identity.names import canonical_name

    state = a.state[:3]
    return b.state.strip().upper().startswith(state.upper()) and a.support_type.strip() == b.support_type.strip() and canonical_name(None, a.agency).loose == canonical_name(None, b.agency).loose


def _misprint(rng, current, truth, only, tell, choices) -> None:  # type: ignore[no-untyped-def]
    for _ in range(8):
        names = list(choices or (NAME_MISPRINTS if rng.random() < 0.65 else CELL_MISPRINTS))
        if only:
            names = [n for n in names if n in only] or sorted(only)
        name = rng.choice(names)
        row = current[truth]
        try:
            other = MISPRINTS[name](rng, row)
        except ValueError:  # a date that a misprint before made impossible
            continue
        if other is None:
            continue
        second = ""
        if name in NAME_MISPRINTS and rng.random() < 0.25:
            second = rng.choice(CELL_MISPRINTS if not only else sorted(only))
            try:
                both = MISPRINTS[second](rng, other)
            except ValueError:
                both = None
            other, second = (both, second) if both else (other, "")
        if any(_same_cells(other, r) for t, r in current.items() if t != truth):
            continue
        current[truth] = other
        tell(truth, f"{name}{'+' + second if second else ''}: {row.agency!r} -> {other.agency!r} {row.signed}->{other.signed} {row.county}->{other.county} {bool(row.link)}->{bool(other.link)}")
        return


def judge_log(made: Drift, folded: Folded, of_list: dict[int, set[str]]) -> Score:
    """What the log got wrong. `of_list` gives each listing number the truths whose row it is."""
    score = Score()
    endings: dict[str, list[bool]] = {}
    renewals: dict[str, list[bool]] = {}
    signings: dict[str, list[bool]] = {}
    reviewed: set[str] = set()
    for change in folded.standing():
        score.changes += 1
        score.events[change.kind] += 1
        score.flagged += change.needs_review
        before = of_list.get(change.before_listing or 0, set())
        after = of_list.get(change.after_listing or 0, set())
        if change.needs_review:
            reviewed |= before | after
        for truth in before:
            if change.kind == "termination":
                endings.setdefault(truth, []).append(change.needs_review)
            if change.kind in ("renewal", "switch"):
                renewals.setdefault(truth, []).append(change.needs_review)
        for truth in after:
            if change.kind in ("signing", "renewal", "switch"):
                signings.setdefault(truth, []).append(change.needs_review)
    for truth in {t for truths in of_list.values() for t in truths}:
        ended, new = truth in made.ended, truth in made.signed
        if not ended and truth in endings | renewals:
            flags = endings.get(truth, []) + renewals.get(truth, [])
            if truth not in made.undecidable:
                score.false_endings.append(truth)
            elif not all(flags):
                score.unflagged.append(truth)
        if ended and truth not in endings | renewals:
            score.missed_endings.append(truth)
        if not new and truth in signings:
            if truth not in made.undecidable:
                score.false_signings.append(truth)
            elif not all(signings[truth]):
                score.unflagged.append(truth)
        if new and truth not in signings:
            score.missed_signings.append(truth)
    return score


def run(seed: int, **options: object) -> tuple[Drift, Folded, Score]:
    """A drift of some states' rows, its ledger and its score."""
    rng = random.Random(seed)
    rows = material()
    states = sorted({r.state.strip() for r in rows})
    chosen = set(rng.sample(states, 5)) | {rng.choice(("FLORIDA", "TEXAS", "PENNSYLVANIA"))}
    made = drift(rng, [r for r in rows if r.state.strip() in chosen], **options)  # type: ignore[arg-type]
    folded = fold_lists(made.lists, first=FIRST)
    return made, folded, judge_log(made, folded, truths_of(made, folded))


def truths_of(made: Drift, folded: Folded) -> dict[int, set[str]]:
    """Which truths each listing number stands for."""
    out: dict[int, set[str]] = {}
    for rows, ids in zip(made.lists, folded.ids, strict=True):
        for row, number in zip(rows, ids, strict=True):
            out.setdefault(number, set()).add(row.truth)
    return out
