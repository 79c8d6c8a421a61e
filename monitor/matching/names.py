"""Canonical names: what is left of a printed name once ICE's ways of typing are taken away.

Rules stand in `names.toml`; this module applies them. Two printed names with the same `key` are the same agency;
two with the same `loose` key are, unless something speaks against it. Nothing here knows any agency.
"""

from __future__ import annotations

import hashlib
import html
import re
import tomllib
import unicodedata
from functools import cache, lru_cache
from importlib import resources
from typing import Any, NamedTuple

import us
from rapidfuzz.distance import DamerauLevenshtein

from monitor.places import gazetteer


class Name(NamedTuple):
    """A canonical name of an agency in one state."""

    printed: str  # the printed name with spaces collapsed
    key: str  # the strict key: same key, same agency
    loose: str  # without "City of", the state's own name, fillers and order of words kept
    words: tuple[str, ...]  # of the loose key, fillers left out
    place: str  # the words that name the place served, e.g. "marco island"; may be empty
    body: str  # kind of office: sheriff, police, …, other
    rank: str  # "city", "town", "village" when printed as "City of …"; otherwise ""
    digits: tuple[str, ...]  # numbers and ordinals in the name, as digits, in order
    snapped: tuple[str, ...]  # misspelt office words, as printed (folded)


class _Rules(NamedTuple):
    words: dict[str, str]
    phrases: tuple[tuple[str, str], ...]
    vocabulary: frozenset[str]
    leading: tuple[str, ...]
    heads: frozenset[str]
    fillers: frozenset[str]
    bodies: tuple[tuple[str, tuple[str, ...]], ...]
    office_words: frozenset[str]
    county_words: dict[str, str]


#: Characters of a text within an id that are kept; the longest real name has 82.
LONGEST_SLUG = 100
_KINDS_OF_TOWN = frozenset("city town village borough township".split())
_APOSTROPHE = re.compile("['`\u00b4\u02bc\u2018\u2019\u201b\u2032]")
_DASH = re.compile("[\u2010-\u2015\u2212\ufe58\ufe63\uff0d]")
_NOT_WORD = re.compile(r"[^a-z0-9]+")
ORDINALS = (
    "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth fifteenth "
    "sixteenth seventeenth eighteenth nineteenth twentieth"
).split()
_NUMBER = re.compile(r"(\d+)[a-z]*")
_ROMAN = {word: str(n) for n, word in enumerate("ii iii iv v vi vii viii ix x".split(), 2)}
_NUMBERS = {**{word: str(n) for n, word in enumerate(ORDINALS, 1)}, **_ROMAN}
_CARDINALS = {word: str(n) for n, word in enumerate("one two three four five six seven eight nine ten".split(), 1)}
_COUNTED = re.compile(rf"\b(precinct|district|ward|number|zone|region|place|post) ({'|'.join(_CARDINALS)})\b")

#: What a county joined with its seat puts before its name: "Metropolitan Moore County" is Moore County.
_CONSOLIDATED = re.compile(
    r"^(?:metropolitan|metro|consolidated|unified)(?: government of)? (?=\w+(?: \w+){0,2} (?:county|parish) )"
)


@lru_cache(maxsize=65536)
def fold(text: str) -> str:
    """Text in lower-case words with single spaces; accents go, apostrophes join, all else parts words."""
    plain = _APOSTROPHE.sub("", _unescaped(text))
    if not plain.isascii():
        plain = "".join(c for c in unicodedata.normalize("NFKD", plain) if not unicodedata.combining(c))
        plain = _APOSTROPHE.sub("", plain)
    return _NOT_WORD.sub(" ", plain.lower().replace("&", " and ")).strip()


@lru_cache(maxsize=65536)
def printed_form(text: str | None) -> str:
    """A cell with its spaces collapsed and trimmed: what a reader sees."""
    return re.sub(r"\s+", " ", unicodedata.normalize("NFKC", _unescaped(text or ""))).strip()


def _unescaped(text: str) -> str:
    """Return the text with a page's character references, which some programs leave in cells, as characters."""
    return html.unescape(text) if "&" in text and ";" in text else text


@lru_cache(maxsize=65536)
def normal_form(text: str | None) -> str:
    """A cell as two readers would call it equal: spaces, case, apostrophes and kinds of dashes aside."""
    form = printed_form(_APOSTROPHE.sub("'", _unescaped(text or ""))).casefold()
    return _DASH.sub("-", _APOSTROPHE.sub("'", form)).replace(" ,", ",").strip(" ,")


@lru_cache(maxsize=65536)
def canonical_name(state: str | None, agency: str) -> Name:
    """The canonical name of `agency` as printed, in `state` (USPS code or None)."""
    rules = _rules()
    # "Pct1" is Precinct 1, no word of its own
    words, snapped = _spelled(re.sub(r"(?<=[a-z])(?=\d)", " ", fold(agency)).split(), rules)
    code = (state or "").lower()
    text = " ".join(
        word if index == 0 and word == code else rules.words.get(word, word) for index, word in enumerate(words)
    )
    text = f" {text} "
    if state in rules.county_words:
        text = text.replace(" county ", f" {rules.county_words[state]} ")
    for before, after in rules.phrases:
        text = text.replace(f" {before} ", f" {after} " if after else " ")
    text = _COUNTED.sub(lambda m: f"{m[1]} {_CARDINALS[m[2]]}", text.strip())
    if match := re.match(r"county of (\w+(?: \w+)??)(?= county| sheriff| police| jail| prison|$)(.*)", text):
        rest = match[2].strip()
        again = f"{match[1]} county"
        text = f"{again} {rest.removeprefix(again).removeprefix('county').strip()}".strip()
    key = text
    rank = ""
    loose = text
    for lead in rules.leading:
        if loose.startswith(lead + " "):
            loose = loose[len(lead) + 1 :]
            rank = lead.removesuffix(" of") if lead.endswith(" of") else rank
    loose = _CONSOLIDATED.sub("", _without_state(loose, state, rules.heads))
    loose = _without_own_state(loose, state, agency, rules.office_words)
    meaning = tuple(word for word in loose.split() if word not in rules.fillers)
    place = " ".join(word for word in meaning if word not in rules.office_words and not _number(word))
    digits = tuple(number for word in meaning if (number := _number(word)))
    return Name(printed_form(agency), key, loose, meaning, place, _body(key, rules), rank, digits, snapped)


def _number(word: str) -> str:
    """The number that a word says, as digits: "4th", "fourth" and "iv" are 4; empty when it says none."""
    found = _NUMBER.fullmatch(word)
    return found[1].lstrip("0") or "0" if found else _NUMBERS.get(word, "")


@lru_cache(maxsize=65536)
def slug(text: str) -> str:
    """Return text as a part of an id: lower-case words joined by hyphens; a long one is cut and ends in its checksum.

    Ids are names of files where pages are published, and those have at most 255 bytes.
    """
    whole = fold(text).replace(" ", "-") or "unnamed"
    if len(whole) <= LONGEST_SLUG:
        return whole
    return f"{whole[: LONGEST_SLUG - 13]}-{hashlib.sha256(whole.encode()).hexdigest()[:12]}"


def _spelled(words: list[str], rules: _Rules) -> tuple[list[str], tuple[str, ...]]:
    """Words with misspelt office words put right, and those that were."""
    fixed: list[str] = []
    snapped: list[str] = []
    for word in words:
        right = _office_word(word)
        if right is not None and right != word:
            snapped.append(word)
        fixed.append(right or word)
    return fixed, tuple(snapped)


@lru_cache(maxsize=16384)
def _office_word(word: str) -> str | None:
    """The office word that `word` misspells, itself when it is one, None when it is none or could be a place's."""
    rules = _rules()
    if word in rules.vocabulary:
        return word
    if len(word) < 5 or word in rules.words or word in rules.office_words:
        return None
    allowed = 1 if len(word) < 8 else 2
    near = [
        right
        for right in rules.vocabulary
        if right[0] == word[0] and DamerauLevenshtein.distance(word, right, score_cutoff=allowed) <= allowed
    ]
    if not near or word in gazetteer.place_words():
        return None
    near.sort(key=lambda right: (DamerauLevenshtein.distance(word, right), right))
    first = rules.words.get(near[0], near[0])
    return near[0] if all(rules.words.get(other, other) == first for other in near) else None


def _without_state(text: str, state: str | None, heads: frozenset[str]) -> str:
    """The name without its own state's name or code before (or after) a state body's first word."""
    known = us.states.lookup(state) if state else None
    if known is None:
        return text
    for own in (fold(known.name), known.abbr.lower()):
        if text.startswith(own + " "):
            rest = text[len(own) + 1 :]
            if rest.split(" ", 1)[0] in heads:
                return rest
        if text.endswith(" " + own) and text.split(" ", 1)[0] in heads and len(own) > 2:
            return text[: -len(own) - 1]  # "Department of Corrections, South Dakota"
    return text


def _without_own_state(text: str, state: str | None, printed: str, office_words: frozenset[str]) -> str:
    """The name of a local body without its state: "AL Bay County", "Bay Co. Sheriff's Office, Alabama", as in 2007.

    What is left must end in a county or an office: "University of Florida" does not, nor does "East Donegal Township,
    PA", which may be any body of the township. A code counts in capital letters.
    """
    known = us.states.lookup(state) if state else None
    if known is None:
        return text
    words = [] if printed.isupper() else printed.replace(",", " ").split()
    before = [known.abbr.lower()] if words[:1] == [known.abbr] else []
    behind = [fold(known.name), *([known.abbr.lower()] if words[-1:] == [known.abbr] else [])]
    shorter = [text.removeprefix(f"{own} ") for own in before] + [text.removesuffix(f" {own}") for own in behind]
    for rest in shorter:
        if rest != text and len(rest.split()) > 1 and rest.rsplit(" ", 1)[-1] in office_words - _KINDS_OF_TOWN:
            return rest
    return text


def _body(text: str, rules: _Rules) -> str:
    padded = f" {text} "
    for name, words in rules.bodies:
        if any(f" {word} " in padded for word in words):
            return name
    return "other"


@cache
def office_words() -> frozenset[str]:
    """Words that any office's name may hold, in full and shortened to four letters or more."""
    rules = _rules()
    long = {word for word in rules.words if len(word) > 3}
    return frozenset(rules.vocabulary | rules.office_words | rules.heads | long)


@cache
def _rules() -> _Rules:
    data: dict[str, Any] = tomllib.loads(resources.files(__package__).joinpath("names.toml").read_text("utf-8"))
    return _Rules(
        dict(data["words"]),
        tuple((p["from"], p["to"]) for p in data["phrases"]),
        frozenset(data["vocabulary"]["words"]),
        tuple(data["loose"]["leading"]),
        frozenset(data["loose"]["state_body_heads"]),
        frozenset(data["loose"]["fillers"]),
        tuple((b["name"], tuple(b["words"])) for b in data["bodies"]),
        frozenset(data["place"]["office_words"]),
        dict(data["county_words"]),
    )
