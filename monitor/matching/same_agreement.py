"""Whether a listing that is gone and one that is new are the same agreement: the rules, strictest first.

Each verdict carries its rule, the evidence and whether a person should look. The evidence against beats every
likeness of names. `docs/identity.md` explains each rule with an example.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, NamedTuple

from db.records import EvidenceValue
from monitor import policy
from monitor.matching.misspellings import read_together
from monitor.matching.names import Name
from monitor.matching.similarity import Likeness, compare, is_real, place_of, shares_place

Evidence = dict[str, EvidenceValue]
Verdict = Literal["same", "candidate", "distinct"]
Dating = Literal["same", "corrected", "later", "other"]


class Side(NamedTuple):
    """One of the two listings that are compared, with what is known of its agreement."""

    state: str | None
    name: Name
    telling: tuple[str, ...]  # the words of the name that other offices do not share
    support: str | None
    signed_on: str | None
    documents: frozenset[str]
    linked: bool  # whether an MOA was ever linked
    county: str | None  # FIPS code
    county_cell: str  # as printed, spaces and case aside
    dated: bool = True  # False where the list has no signing dates (pending)


class Setting(NamedTuple):
    """What is known of the two lists and of what stood on them together."""

    listed_on: str  # date of the list that shows the new row
    gap_days: int  # between the list that first lacked the old row and the one that shows the new row; 0: same list
    side_by_side: Callable[[], bool]  # asked only when the answer matters
    document_shared: bool  # whether another listed row links the document too
    unique: bool = False  # whether these two are the only ones gone and new with their state, support type and date


@dataclass(frozen=True, slots=True)
class Judgment:
    """A verdict with its rule, its tier (lower is stricter), a score from 0 to 1 and the evidence both ways."""

    verdict: Verdict
    rule: str = ""
    tier: int = 99
    score: float = 0.0
    review: bool = False
    evidence: Evidence = field(default_factory=dict)
    against: tuple[str, ...] = ()


DISTINCT = Judgment("distinct")


def dating(old: Side, new: Side) -> Dating:
    """How the two signing dates stand to each other: same, a correction, a later signing, or neither."""
    if old.signed_on == new.signed_on:
        return "same"
    if old.signed_on is None or new.signed_on is None:
        return "corrected"  # a cell that said no date now says one, or the other way round
    before, after = date.fromisoformat(old.signed_on), date.fromisoformat(new.signed_on)
    days = abs((after - before).days)
    if days <= policy.REDATE_LINKED_DAYS or (not old.linked and days <= policy.REDATE_UNLINKED_DAYS):
        return "corrected"
    if abs(before.year - after.year) == 1 and (before.month, before.day) == (after.month, after.day):
        return "corrected"
    return "later" if after > before else "other"


def judge(old: Side, new: Side, setting: Setting) -> Judgment:
    """Whether `new` continues the agreement of `old`; the strictest rule that applies decides."""
    if old.support != new.support and None not in (old.support, new.support):
        return _other_support(old, new, setting)
    like = compare(old.name, new.name, old.state, new.state)
    linked = bool(new.documents & old.documents)
    if like.kind == "unlike" and not linked and (setting.gap_days > 0 or old.signed_on != new.signed_on):
        return DISTINCT  # neither name, document nor one date on one list speaks for the pair
    dates = dating(old, new)
    document = linked and not setting.document_shared
    evidence: Evidence = {
        "names": like.kind, "letters_apart": like.distance, "dates": dates, "same_document": document,
        "gap_days": setting.gap_days, "same_county": old.county is not None and old.county == new.county,
    }  # fmt: skip
    apart = like.kind == "unlike" and not document and not (dates == "same" and setting.gap_days == 0)
    if like.kind not in ("equal", "loosely equal") and not apart and setting.side_by_side():
        carried = document and dates == "same" and like.kind in ("contained", "reordered", "retyped")
        carried = carried or one_misspelt(old, new, like)
        if not carried:
            related = (like.kind in ("contained", "same place") or document) and (
                setting.gap_days == 0 or dates in ("same", "corrected")
            )
            return _candidate(0.4, evidence, "side_by_side") if related else DISTINCT
        return Judgment("same", "same_document", 2, 0.9, False, evidence)
    if like.against:
        return _against(old, new, setting, like, dates, document, evidence)
    if old.state != new.state and None not in (old.state, new.state):
        return _other_state(old, new, setting, like, dates, document, evidence)
    return _same_state(old, new, setting, like, dates, document, evidence)


def same_county_cell(a: str, b: str) -> bool:
    """Return whether two county cells (in normal form) name a county, and the same one."""
    blank = ("", "#n/a", "#na", "n/a", "na")
    return a == b and a not in blank


def one_misspelt(old: Side, new: Side, like: Likeness) -> bool:
    """Whether one of two rows is the other misspelt though both may be listed at once.

    State, support type and date agree, the names are a slip or two apart, and the document agrees too, or the slips
    are in words that all offices share, or the county agrees and just one of the names is a real place's.
    """
    if like.kind != "retyped" or like.distance > policy.TWICE_LETTERS or like.against or old.state != new.state:
        return False
    if old.support != new.support or old.signed_on is None or old.signed_on != new.signed_on:
        return False
    if old.documents & new.documents:
        return True
    first, second, _ = read_together(old.name, new.name, old.state, new.state)
    if first.loose == second.loose:
        return True
    same_county = old.county is not None and old.county == new.county
    return same_county and is_real(old.name, old.state) != is_real(new.name, new.state)


def _against(
    old: Side, new: Side, setting: Setting, like: Likeness, dates: Dating, document: bool, evidence: Evidence
) -> Judgment:  # fmt: skip
    """What speaks against beats likeness; only one document, one date and one list together outweigh it."""
    same_state = old.state == new.state
    if document and dates == "same" and setting.gap_days == 0 and same_state and like.kind != "unlike":
        return Judgment("same", "same_document", 2, 0.8, True, evidence, like.against)
    alike = like.kind in ("retyped", "contained", "reordered", "loosely equal") and same_state
    if document or (alike and dates in ("same", "corrected") and setting.gap_days == 0):
        return _candidate(0.5, evidence, *like.against)
    at_once = same_state and old.dated and dates == "same" and setting.gap_days == 0
    if at_once and same_county_cell(old.county_cell, new.county_cell):
        return _candidate(0.3, evidence, *like.against)
    return DISTINCT


def _same_state(
    old: Side, new: Side, setting: Setting, like: Likeness, dates: Dating, document: bool, evidence: Evidence
) -> Judgment:  # fmt: skip
    if like.kind in ("equal", "loosely equal"):
        if not document and dates != "same" and None not in (old.county, new.county) and old.county != new.county:
            return _candidate(0.5, evidence, "other_county", "other_date")  # two townships of one name
        return _same_name(like, dates, document, evidence)
    if document and dates in ("same", "corrected"):
        moved = old.name.body != new.name.body and like.kind not in ("contained", "reordered", "retyped")
        return Judgment("same", "same_document", 2, 0.95, moved, evidence, ("other_office",) if moved else ())
    if not old.dated:
        return _undated(old, new, setting, like, evidence)
    soon = setting.gap_days <= policy.RETURN_DAYS
    if like.strong and dates in ("same", "corrected") and soon:
        rule = {"reordered": "reordered", "contained": "expanded"}.get(like.kind, "retyped")
        if dates == "same":
            return Judgment("same", rule, 3, 0.9 - like.distance / 50, bool(like.doubt), evidence, like.doubt)
        if setting.gap_days == 0 or None in (old.signed_on, new.signed_on):
            return Judgment("same", rule, 5, 0.8 - like.distance / 50, bool(like.doubt), evidence, like.doubt)
        if rule == "retyped" and evidence["same_county"]:
            return Judgment("same", rule, 6, 0.7 - like.distance / 50, True, evidence, ("other_date",))
        return _candidate(0.6, evidence, "other_date")
    if setting.gap_days > 0 or dates != "same":
        misprint = like.kind == "near" and evidence["same_county"] and not is_real(old.name, old.state)
        if misprint and dates == "corrected" and setting.gap_days == 0:
            return Judgment("same", "retyped", 6, 0.6 - like.distance / 50, True, evidence, ("other_date",))
        if like.kind in ("same place", "contained", "near") and soon and setting.gap_days == 0:
            return _candidate(0.45, evidence, "other_date")
        if like.kind == "same place" and dates == "same" and soon:
            return _candidate(0.5, evidence, "other_office")
        return DISTINCT
    return _same_list_and_date(old, new, setting, like, evidence)


def _undated(old: Side, new: Side, setting: Setting, like: Likeness, evidence: Evidence) -> Judgment:
    """On a list without dates a name must be all but equal: nothing else says that two rows are one."""
    here = same_county_cell(old.county_cell, new.county_cell) and not like.against
    if setting.gap_days == 0 and here and shares_place(old.name, new.name) and not like.strong:
        moved = old.name.body != new.name.body
        return Judgment("same", "relabelled", 7, 0.7, moved, evidence, ("other_office",) if moved else ())
    slip = like.kind == "retyped" and (
        here or like.distance <= 1 or (like.distance == 2 and not is_real(old.name, old.state))
    )
    if like.strong and setting.gap_days == 0 and (slip or like.kind in ("reordered", "contained")):
        rule = {"reordered": "reordered", "contained": "expanded"}.get(like.kind, "retyped")
        return Judgment("same", rule, 3, 0.8 - like.distance / 50, False, evidence)
    return DISTINCT


def _same_list_and_date(old: Side, new: Side, setting: Setting, like: Likeness, evidence: Evidence) -> Judgment:
    """One vanished on the very list on which the other appeared, with state, support type and date equal."""
    if like.kind == "near":
        better = not is_real(old.name, old.state) or not is_real(new.name, new.state)
        if better or evidence["same_county"]:
            far = like.distance > policy.SLIP_LETTERS
            doubt = ("name_differs",) if far else ()
            return Judgment("same", "retyped", 6, 0.75 - like.distance / 50, far, evidence, doubt)
        return _candidate(0.5, evidence, "name_differs")
    other_office = old.name.body != new.name.body
    if _same_place(old, new, like) or (evidence["same_county"] and other_office and old.name.place == new.name.place):
        against = ("other_office",) if other_office else ()
        return Judgment("same", "relabelled", 7, 0.7, other_office, evidence, against)
    shared = like.kind == "same place" or shares_place(old.name, new.name)
    if None not in (old.county, new.county) and old.county != new.county:
        return _candidate(0.3, evidence, "name_differs", "other_county") if setting.unique or shared else DISTINCT
    if _is_old(old.signed_on, setting.listed_on):
        if evidence["same_county"]:
            return Judgment("same", "relabelled", 8, 0.6, True, evidence, ("name_differs",))
        if setting.unique:
            return Judgment("same", "relabelled", 9, 0.5, True, evidence, ("name_differs",))
    likely = shared or setting.unique or same_county_cell(old.county_cell, new.county_cell)
    return _candidate(0.3, evidence, "name_differs") if likely or evidence["same_county"] else DISTINCT


def _same_place(old: Side, new: Side, like: Likeness) -> bool:
    return like.kind == "same place" and place_of(old.name) == place_of(new.name)


def _same_name(like: Likeness, dates: Dating, document: bool, evidence: Evidence) -> Judgment:
    step = 0 if like.kind == "equal" else 1
    if dates == "same":
        score = (1.0 if document else 0.99) - step / 10  # of two rows of one name and date the document tells
        return Judgment("same", "same_name", step, score, False, evidence)
    if dates == "corrected":
        return Judgment("same", "date_corrected", 4, 0.9, False, evidence)
    if dates == "later" and not document:
        return Judgment("same", "renewed", 5, 0.85, False, evidence)
    return Judgment("same", "date_corrected", 6, 0.6, True, evidence, ("other_date",))


def _other_state(
    old: Side, new: Side, setting: Setting, like: Likeness, dates: Dating, document: bool, evidence: Evidence
) -> Judgment:  # fmt: skip
    at_once = dates == "same" and setting.gap_days == 0
    alike = like.kind in ("equal", "loosely equal", "reordered") or (like.kind == "retyped" and at_once)
    if not alike or setting.gap_days > policy.RETURN_DAYS:
        return DISTINCT
    if dates != "same" and (dates != "corrected" or setting.gap_days > 0):
        return DISTINCT
    if document:
        return Judgment("same", "state_corrected", 3, 0.9, False, evidence)
    real_old, real_new = is_real(old.name, old.state), is_real(new.name, new.state)
    if old.county_cell and old.county_cell == new.county_cell and (old.county is None) != (new.county is None):
        real_old, real_new = old.county is not None, new.county is not None  # the county cell tells the state
    evidence |= {"place_real_before": real_old, "place_real_after": real_new}
    if real_old != real_new:
        return Judgment("same", "state_corrected", 4, 0.85, False, evidence)
    if at_once:
        return _candidate(0.5, evidence, "two_states")
    return DISTINCT


def _other_support(old: Side, new: Side, setting: Setting) -> Judgment:
    """Only a support type put right: the same agency, date and list, or the same document."""
    if old.state != new.state or setting.gap_days > 0 or not old.dated:
        return DISTINCT
    like = compare(old.name, new.name, old.state, new.state)
    if like.kind not in ("equal", "loosely equal") or old.signed_on != new.signed_on or old.signed_on is None:
        return DISTINCT
    document = bool(new.documents & old.documents)
    evidence: Evidence = {"names": like.kind, "dates": "same", "same_document": document}
    return Judgment("same", "support_type_corrected", 8, 0.6, not document, evidence)


def _candidate(score: float, evidence: Evidence, *against: str) -> Judgment:
    return Judgment("candidate", "", 99, score, True, evidence, against)


def _is_old(signed_on: str | None, listed_on: str) -> bool:
    if signed_on is None:
        return False
    return (date.fromisoformat(listed_on) - date.fromisoformat(signed_on)).days >= policy.OLD_DATE_DAYS
