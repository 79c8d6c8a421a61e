"""Read ICE's own totals from the sentences of its page; what the page does not say stays None."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from db.models import StatedTotals

_MODELS = (
    ("JEM", r"jail\s+enforcement(?:\s+models?)?(?:\s*\(jem\))?|\bjem\b"),
    ("WSO", r"warrant\s+services?\s+offic(?:er|e)s?(?:\s+models?)?(?:\s*\(wso\))?|\bwso\b"),
    ("TFM", r"task\s+force(?:\s+(?:models?|officers?))*(?:\s*\(tfm\))?|\btfm\b"),
)
_MODEL = re.compile("|".join(f"(?P<{code}>{pattern})" for code, pattern in _MODELS), re.IGNORECASE)

_SMALL = {w: n for n, w in enumerate("no one two three four five six seven eight nine ten eleven twelve".split())}
_DIGITS = r"(?<![\w,.$/-])(?P<n>\d{1,3}(?:,\d{3})+|\d+)(?![\d,.]*\d|\s*%|\()"
#: States and territories are few enough to be written out; "one agency" is a figure of speech, never a total.
_NUMBER = r"(?<![\w,.$/-])(?P<n>\d+|" + "|".join(_SMALL) + r")(?![\d,.]*\d|\s*%|\()"
_THING = r"(?:memorand(?:ums?|a)|moas?|agreements?|(?:law\s+enforcement\s+)?agenc(?:y|ies))\b"
#: A count may have its model, "active", "signed" and the like before the thing counted.
_COUNT = re.compile(_DIGITS + r"\s+(?:(?:[a-z§]+|\([a-z]+\))\s+){0,6}?" + _THING, re.IGNORECASE)
_STATES = re.compile(_NUMBER + r"\s+(?:different\s+|u\.?\s?s\.?\s+)?states?\b", re.IGNORECASE)
_TERRITORIES = re.compile(_NUMBER + r"\s+(?:u\.?\s?s\.?\s+|united\s+states\s+)?territor(?:y|ies)\b", re.IGNORECASE)
_PENDING = re.compile(
    _DIGITS + r"\s+(?:[a-z§]+\s+){0,3}?pending\b|"
    r"\bpending\s+(?:[a-z§]+\s+){0,3}?(?:is|are|:|-|–)?\s*" + _DIGITS.replace("?P<n>", "?P<m>"),
    re.IGNORECASE,
)
_PENDING_THING = re.compile(r"agenc|application|request|agreement|memorand|\bmoas?\b", re.IGNORECASE)

_MONTHS = {m: i for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split(), 1)}
_AS_OF = re.compile(
    r"\bas\s+of\s*:?\s*(?:[a-z]+day,?\s+)?(?:(?P<month>[a-z]{3,9})\.?\s+(?P<day>\d{1,2})(?:st|nd|rd|th)?\s*,?\s+(?P<year>\d{4})"
    r"|(?P<m>\d{1,2})/(?P<d>\d{1,2})/(?P<y>\d{4}))",
    re.IGNORECASE,
)
_NO_END = "".join(f"(?<!{word})" for word in (r"U\.S\.", r" a\.m\.", r" p\.m\.", r"No\.", r"Sept\.")) + "".join(
    rf"(?<!{month.capitalize()}\.)" for month in _MONTHS if month != "may"
)
_END = re.compile(rf"(?<=[.!?]){_NO_END}\s+(?=[\"“(]?[A-Z\d•])|\s*[•▪·|\t]\s*")
_CLAUSE = re.compile(r";\s*|:\s+|,\s+(?:and\s+)?|\s+and\s+|\s+–\s+|\s+—\s+|\s+-\s+", re.IGNORECASE)


@dataclass(slots=True)
class _Clause:
    sentence: int
    text: str

    @property
    def models(self) -> set[str]:
        return {found.lastgroup or "" for found in _MODEL.finditer(self.text)}


def read_totals(lines: tuple[str, ...]) -> StatedTotals | None:
    """Return what the page's visible lines state about the lists, or None if they state no count.

    A count of a support type is taken from the clause that names that type and no other; two different counts for one
    thing are none. `sentence` is the one with the overall count, else the first with a count, word for word.
    """
    sentences = [part.strip() for line in lines for part in _END.split(line) if part and part.strip()]
    clauses = [_Clause(i, text) for i, sentence in enumerate(sentences) for text in _clauses(_plain(sentence))]
    overall = _overall(clauses)
    by_type, first_sentence = _by_support_type(clauses)
    if overall is None and not by_type:
        return None
    at = overall[0] if overall else first_sentence
    agreements, states, territories = overall[1:] if overall else (None, None, None)
    return StatedTotals(
        sentence=sentences[at],
        as_of_on=_as_of(sentences, at),
        agreements=agreements,
        states=states,
        territories=territories,
        by_support_type=by_type,
        pending=_pending(sentences),
    )


def _plain(sentence: str) -> str:
    """Return the sentence with `287(g)` as `§`, so that the law's number is not read as a count."""
    return re.sub(r"\b287\s*\(g\)", "§", sentence, flags=re.IGNORECASE).replace("\u2019", "'")


def _clauses(sentence: str) -> list[str]:
    """Cut a sentence where a new count may begin; "39 states and 2 U.S. Territories" stays whole."""
    pieces: list[str] = []
    for piece in (p.strip() for p in _CLAUSE.split(sentence)):
        if not piece:
            continue
        if pieces and _belongs(pieces[-1], piece):
            pieces[-1] += " and " + piece
        else:
            pieces.append(piece)
    return pieces


def _belongs(before: str, piece: str) -> bool:
    if _MODEL.search(piece):
        return False
    if _MODEL.search(before) and not _counted(before) and (_counted(piece) or _STATES.search(piece)):
        return True  # "Jail Enforcement Model: 150 MOAs"
    counted = _counted(before) is not None
    only_states = not _counted(piece) and bool(_STATES.search(piece) or _TERRITORIES.search(piece))
    return counted and only_states  # "150 MOAs, 30 states"


def _number(text: str) -> int:
    return _SMALL[text.lower()] if text.lower() in _SMALL else int(text.replace(",", ""))


def _first(pattern: re.Pattern[str], text: str) -> int | None:
    found = pattern.search(text)
    return _number(found["n"]) if found else None


def _counted(text: str) -> int | None:
    for found in _COUNT.finditer(text):
        # "since 2025 agencies may" counts nothing
        if re.search(r"\b(?:since|in|by|until|of|fiscal\s+year|fy|section)\s*$", text[: found.start()], re.IGNORECASE):
            continue
        return _number(found["n"])
    return None


def _overall(clauses: list[_Clause]) -> tuple[int, int, int | None, int | None] | None:
    """Return sentence, agreements, states and territories of the clause that best says what ICE has signed in all.

    Best is "has signed" with states, then "signed" or "covering" with states, then "ICE has" or no states. Two equally
    good clauses that differ say nothing: one of them is of another day or another thing.
    """
    found: dict[int, dict[tuple[int, int | None, int | None], int]] = {}
    for clause in clauses:
        agreements = None if clause.models else _counted(clause.text)
        if agreements is None or re.search(r"\bpending\b", clause.text, re.IGNORECASE):
            continue
        states = _first(_STATES, clause.text)
        if rank := _rank(clause.text, states):
            said = (agreements, states, _first(_TERRITORIES, clause.text))
            found.setdefault(rank, {}).setdefault(said, clause.sentence)
    if not found or len(best := found[max(found)]) != 1:
        return None
    ((said, sentence),) = best.items()
    return sentence, *said


def _rank(text: str, states: int | None) -> int:
    signed = re.search(r"\b(?:has|have)\s+(?:now\s+|already\s+)?signed\b", text, re.IGNORECASE)
    if states is not None and signed:
        return 3
    if states is not None and re.search(r"\b(?:signed|covering|covers?)\b", text, re.IGNORECASE):
        return 2
    return 1 if signed or (states is not None and re.search(r"\bICE\s+(?:currently\s+)?has\b", text)) else 0


def _by_support_type(clauses: list[_Clause]) -> tuple[dict[str, tuple[int | None, int | None]], int]:
    """Return agreements and states of each support type with one count, and the first sentence with such a count."""
    said: dict[str, dict[tuple[int, int | None], int]] = {}
    heading: str | None = None  # a line that is only a model's name speaks of the line below it
    for clause in clauses:
        models = clause.models
        count = _counted(clause.text)
        if len(models) == 1 and count is None:
            heading = next(iter(models)) if len(_MODEL.sub("", clause.text).split()) <= 2 else None
            continue
        code = next(iter(models)) if len(models) == 1 else heading if not models else None
        heading = None
        if code is not None and count is not None:
            states = _first(_STATES, clause.text)
            if states is not None or not re.search(r"agenc", clause.text, re.IGNORECASE):
                said.setdefault(code, {}).setdefault((count, states), clause.sentence)
    sure = {code: next(iter(said[code].items())) for code, _ in _MODELS if len(said.get(code, ())) == 1}
    return {code: counts for code, (counts, _) in sure.items()}, min((s for _, s in sure.values()), default=0)


def _pending(sentences: list[str]) -> int | None:
    counts: set[int] = set()
    for sentence in map(_plain, sentences):
        if not _PENDING_THING.search(sentence):
            continue
        counts.update(_number(found["n"] or found["m"]) for found in _PENDING.finditer(sentence))
    return counts.pop() if len(counts) == 1 else None


def _as_of(sentences: list[str], at: int) -> str | None:
    """Return the date of the nearest "As of": in the sentence itself, then before it, then after."""
    for i in sorted(range(len(sentences)), key=lambda i: (abs(i - at), i > at)):
        if abs(i - at) > 6:
            return None
        if found := _AS_OF.search(sentences[i]):
            return _day(found)
    return None


def _day(found: re.Match[str]) -> str | None:
    month = int(found["m"]) if found["m"] else _MONTHS.get(found["month"][:3].lower(), 0)
    try:
        return date(int(found["y"] or found["year"]), month, int(found["d"] or found["day"])).isoformat()
    except ValueError:
        return None
