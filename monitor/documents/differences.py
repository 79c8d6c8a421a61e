"""Where a document departs from its template, without the slips of the recognizer and the fields filled in by hand.

Two texts of one wording differ in thousands of letters and, nearly always, in nothing that was meant: the layer was
recognized from a scan, and names, addresses and dates are typed into its fields. So the words are aligned; places where
both sides read alike are slips; places where the other documents of the template say something else again are fields;
and what is left must consist of words, or change a number of days.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from rapidfuzz import fuzz
from rapidfuzz.distance import Levenshtein

from db.moa_models import Difference
from monitor.documents.wording import AGENCY_KEY, SLIP_RATIO, Word, Wording

#: Words that stand elsewhere in the other text were moved by the recognizer, which read two columns in another order.
MOVED_RATIO = 85.0
#: Of a long stretch, words less alike than this to any place of the other text do not stand there.
ABSENT_RATIO = 72.0
#: Differences closer to each other than this many equal words are one place.
NEAR_WORDS = 3
#: Fewer added or struck words than this are taken for a slip, unless one of them is a word that turns a sentence.
LEAST_WORDS = 4
TURNING_WORDS = frozenset("not no never without except unless only".split())
#: A place where this share of the other documents says something else again is a field to be filled in.
FIELD_SHARE = 0.34
FIELD_WORDS = 2
#: A place so much smaller is a slip within a clause that is missing or was added, not another text of it.
FIELD_PART = 0.34
GARBLED_WORDS = 10
#: With fewer documents nobody can tell a field from a change; with so few only whole clauses and numbers are told.
FEWEST_TO_COMPARE = 3
#: In a place where one side has this many words more, they are looked for in the other text piece by piece.
LONG_WORDS = 12
_PIECE = 8
_TELLING = 15  # fewer letters are found in any long text
_NUMBERS = (
    "one two three four five six seven eight nine ten twelve fifteen twenty thirty forty fifty sixty seventy eighty "
    "ninety hundred"
).replace(" ", "|")
_QUANTITY = re.compile(
    rf"\b(\d{{1,4}}|{_NUMBERS})\W{{0,4}}(?:\(\d+\)\W{{0,2}})?(days?|hours?|months?|years?|weeks?|percent)\b",
    re.IGNORECASE,
)
_BARE_NUMBER = re.compile(rf"(\d{{1,3}}|{_NUMBERS})((day|hour|month|year)s?)?")
#: Addresses, telephone numbers, dates and signatures: filled in, whatever the other documents have there.
_CONTACT = re.compile(
    r"@|\d{3}\W{0,2}\d{4}$|^\d{5}\W*$|^Date\W*$|^Signature|^[Dd]igitally$|^\d{1,2}[/.-]\d{1,2}[/.-]\d{2,4}"
)
_WORD_LIKE = re.compile(r"[\"“'(]?[A-Za-z][a-z]*(?:['’\-/][A-Za-z]+)*[.,;:)\"”’!?]*")


@dataclass(frozen=True, slots=True)
class Place:
    """A stretch of the template, by word, and what the document has there instead."""

    start: int
    end: int
    ours: tuple[Word, ...]
    theirs: tuple[Word, ...]
    page: int | None

    @property
    def template(self) -> str:
        """The template's words as printed."""
        return " ".join(word.text for word in self.ours)

    @property
    def document(self) -> str:
        """The document's words as printed."""
        return " ".join(word.text for word in self.theirs)


def compare(template: Wording, document: Wording, *, partial: bool = False) -> list[Place]:
    """Return where the document reads otherwise than the template, slips of the recognizer left out.

    `partial` says that pages of the document have no text: then nothing is missing from it.
    """
    return [
        place
        for region in _regions(template.keys, document.keys)
        for place in _places(template, document, region, partial)
    ]


def _regions(ours: Sequence[str], theirs: Sequence[str]) -> list[tuple[int, int, int, int]]:
    """Return the stretches (a1, a2, b1, b2) that differ; those a few equal words apart are joined."""
    joined: list[tuple[int, int, int, int]] = []
    for op in Levenshtein.opcodes(ours, theirs):
        if op.tag == "equal":
            continue
        if joined and op.src_start - joined[-1][1] <= NEAR_WORDS and op.dest_start - joined[-1][3] <= NEAR_WORDS:
            joined[-1] = (joined[-1][0], op.src_end, joined[-1][2], op.dest_end)
        else:
            joined.append((op.src_start, op.src_end, op.dest_start, op.dest_end))
    return joined


def _places(template: Wording, document: Wording, region: tuple[int, int, int, int], partial: bool) -> Iterator[Place]:
    a1, a2, b1, b2 = _trim(template.words, document.words, region)
    ours, theirs = template.words, document.words
    longer = (a2 - a1) - (b2 - b1)
    if longer >= LONG_WORDS:
        a1, a2 = _beyond(template.keys, (a1, a2), document.keys[b1:b2])
        for start, end in [] if partial else _absent(template.keys, a1, a2, document.squeezed):
            yield Place(start, end, tuple(ours[start:end]), (), _page(document, b1))
    elif -longer >= LONG_WORDS:
        b1, b2 = _beyond(document.keys, (b1, b2), template.keys[a1:a2])
        for start, end in _absent(document.keys, b1, b2, template.squeezed):
            yield Place(a1, a1, (), tuple(theirs[start:end]), _page(document, start))
    elif not _is_slip(template, document, (a1, a2), (b1, b2)) and not (partial and b1 == b2):
        yield Place(a1, a2, tuple(ours[a1:a2]), tuple(theirs[b1:b2]), _page(document, b1))


def _trim(ours: Sequence[Word], theirs: Sequence[Word], region: tuple[int, int, int, int]) -> tuple[int, int, int, int]:
    """Return the stretch without words at its ends that read alike: what was changed is shown alone."""
    a1, a2, b1, b2 = region
    while a1 < a2 and b1 < b2 and _same(ours[a1].key, theirs[b1].key):
        a1, b1 = a1 + 1, b1 + 1
    while a1 < a2 and b1 < b2 and _same(ours[a2 - 1].key, theirs[b2 - 1].key):
        a2, b2 = a2 - 1, b2 - 1
    return a1, a2, b1, b2


def _same(one: str, other: str) -> bool:
    if one == other:
        return True
    # "30day" and "90day" are very much alike, and nothing alike
    numbers = any(c.isdigit() for c in one + other)
    return not numbers and len(one) > 3 and fuzz.ratio(one, other) >= SLIP_RATIO


def _absent(keys: Sequence[str], start: int, end: int, other: str) -> list[tuple[int, int]]:
    """Return the stretches between `start` and `end` that stand nowhere in the other text."""
    cuts = [*range(start, max(end - _PIECE, start + 1), _PIECE), end]
    missing = [fuzz.partial_ratio("".join(keys[one:two]), other) < ABSENT_RATIO for one, two in pairwise(cuts)]
    found: list[tuple[int, int]] = []
    for number, (one, two) in enumerate(pairwise(cuts)):
        # a single piece that does stand somewhere is a phrase used twice
        between = 0 < number < len(missing) - 1 and missing[number - 1] and missing[number + 1]
        if not missing[number] and not between:
            continue
        if found and found[-1][1] == one:
            found[-1] = (found[-1][0], two)
        else:
            found.append((one, two))
    return found


def _beyond(keys: Sequence[str], longer: tuple[int, int], shorter: Sequence[str]) -> tuple[int, int]:
    """Return the longer side's stretch without what the shorter side says as well, at its beginning or its end."""
    start, end = longer
    same, count = "".join(shorter), len(shorter)
    for taken in range(max(1, count - 1), min(count + 2, end - start)):
        if same and fuzz.ratio("".join(keys[start : start + taken]), same) >= MOVED_RATIO:
            return start + taken, end
        if same and fuzz.ratio("".join(keys[end - taken : end]), same) >= MOVED_RATIO:
            return start, end - taken
    return longer


def _is_slip(template: Wording, document: Wording, ours: tuple[int, int], theirs: tuple[int, int]) -> bool:
    """Whether both sides say the same, or what one side lacks stands elsewhere in its text."""
    a, b = "".join(template.keys[slice(*ours)]), "".join(document.keys[slice(*theirs)])
    # the unit that gives a number its meaning may stand behind the stretch
    before, after = (
        _quantities(text.part(max(0, s - 1), e + 3)) for text, (s, e) in ((template, ours), (document, theirs))
    )
    if before != after and before and after:
        return False
    if fuzz.ratio(a, b) >= SLIP_RATIO:
        return True
    if not b or not a:
        return _stands_in(a or b, document.squeezed if a else template.squeezed)
    # the longer side may say the same and, beside it, words that the recognizer read twice
    longer, shorter, other = (a, b, document) if len(a) > len(b) else (b, a, template)
    same = fuzz.partial_ratio_alignment(shorter, longer)
    if same is None or same.score < SLIP_RATIO or len(shorter) < _TELLING:
        return False
    rest = longer[: same.dest_start], longer[same.dest_end :]
    return all(len(part) <= 5 or _stands_in(part, other.squeezed) for part in rest)


def _stands_in(words: str, text: str) -> bool:
    """Whether words, too many to stand there by chance, stand somewhere in a text."""
    return len(words) > _TELLING and fuzz.partial_ratio(words, text) >= MOVED_RATIO


def _page(document: Wording, position: int) -> int | None:
    return document.words[min(position, len(document.words) - 1)].page if document.words else None


def _quantities(text: str) -> list[tuple[str, str]]:
    return [(number.lower(), unit.lower().rstrip("s")) for number, unit in _QUANTITY.findall(text)]


def differences(
    places: Sequence[Place], others: Sequence[Sequence[Place]], vocabulary: frozenset[str]
) -> list[Difference]:
    """Return those of a document's places that were meant, in reading order.

    `others` are the places of other documents of the template, which tell fields from wording; `vocabulary` the words
    of the template's documents.
    """
    if len(others) + 2 < FEWEST_TO_COMPARE:
        return []
    return [
        Difference(kind=_kind(place), page=place.page, template=place.template, document=place.document)
        for place in places
        if not _is_field(place, others)
        and _is_meant(place, vocabulary)
        and (len(others) > 1 or _is_sentence((*place.ours, *place.theirs)) or _changes_number(place))
    ]


def _changes_number(place: Place) -> bool:
    numbers = all(_BARE_NUMBER.fullmatch(_key(side)) for side in (place.ours, place.theirs))
    return numbers or _quantities(place.template) != _quantities(place.document)


def _kind(place: Place) -> Literal["struck", "added", "changed"]:
    if place.template and place.document:
        return "changed"
    return "added" if place.document else "struck"


def _is_field(place: Place, others: Sequence[Sequence[Place]]) -> bool:
    """Whether the place holds a name, an address or a date, or the other documents do not follow the template there.

    Where enough of them have yet another text the place is a field; where most of them read as this one does it is the
    document taken for the template that departs.
    """
    words = (*place.ours, *place.theirs)
    if any(_CONTACT.search(word.text) for word in words) and not _is_sentence(words):
        return True
    named = any(word.key == AGENCY_KEY and word.text.upper().strip(".,;:()’'\"s") != "LEA" for word in words)
    if named and sum(word.key != AGENCY_KEY for word in words) <= GARBLED_WORDS:
        return True  # what is left of a name that the recognizer has garbled
    least = FIELD_PART * _size(place) if _is_clause(place) else 0
    unlike = like = 0
    for other in others:
        here = [o for o in other if o.start <= place.end + FIELD_WORDS and place.start <= o.end + FIELD_WORDS]
        if any(_alike(o, place) for o in here):
            like += 1
        elif any(_size(o) >= least for o in here):
            unlike += 1
    return unlike >= max(2, FIELD_SHARE * len(others)) or like > len(others) / 2


def _is_clause(place: Place) -> bool:
    """Whether a whole clause, and nothing that is filled in, is missing or was added."""
    words = place.ours or place.theirs
    if (place.ours and place.theirs) or len(words) < LONG_WORDS or _CONTACT.search(words[0].text):
        return False
    return words[0].text[0].isupper() and any("." in word.text for word in words)


def _size(place: Place) -> int:
    return max(len(place.ours), len(place.theirs))


def _is_sentence(words: Sequence[Word]) -> bool:
    """Whether there are ordinary words enough for a clause that has a date in it, and is no address or signature."""
    return sum(word.text.isalpha() and word.text.islower() and len(word.text) > 2 for word in words) >= LEAST_WORDS


def _alike(one: Place, other: Place) -> bool:
    return fuzz.ratio(_key(one.theirs), _key(other.theirs)) >= SLIP_RATIO and (
        fuzz.ratio(_key(one.ours), _key(other.ours)) >= SLIP_RATIO
    )


def _is_meant(place: Place, vocabulary: frozenset[str]) -> bool:
    """Whether both sides are words, and enough of them, or a number that has changed."""
    ours, theirs = _key(place.ours), _key(place.theirs)
    if ours == theirs:
        return False
    if _changes_number(place):
        return True
    if not all(_are_words(side, vocabulary) for side in (place.ours, place.theirs)):
        return False
    sides = [[w.key for w in side if w.key != AGENCY_KEY] for side in (place.ours, place.theirs)]
    most = max(sum(len(key) > 1 for key in side) for side in sides)
    return most >= LEAST_WORDS or any(key in TURNING_WORDS for side in sides for key in side)


def _are_words(words: Sequence[Word], vocabulary: frozenset[str]) -> bool:
    like = sum(w.key in vocabulary or _WORD_LIKE.fullmatch(w.text) is not None for w in words)
    return like >= 0.7 * len(words)


def _key(words: Sequence[Word]) -> str:
    return "".join(word.key for word in words if word.key != AGENCY_KEY)
