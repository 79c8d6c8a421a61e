"""Which support type a document says it is of, and which agency it names.

Both are found by phrases that agreements of all years use, compared by likeness. What is not found stays unknown.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from rapidfuzz import fuzz

from db.moa_models import FILLED_IN, PageText, SupportBasis
from db.models import SupportType
from scrapers.readers.moa_words import Line, Sentence, alike, squeeze

#: Titles, squeezed. They stand above the first section.
_TITLES: tuple[tuple[str, SupportType], ...] = (
    ("taskforcemodel", "TFM"), ("taskforceofficer", "TFM"), ("jailenforcementmodel", "JEM"),
    ("jailenforcementofficer", "JEM"), ("detentionmodel", "JEM"), ("warrantserviceofficer", "WSO"),
)  # fmt: skip
#: A title with words of two support types is that of a joint agreement: it does not say which.
_TITLE_WORDS = (("taskforce", "TFM"), ("jailenforcement", "JEM"), ("detention", "JEM"), ("warrantservice", "WSO"))
_TITLE_LINES = 12
#: Phrases of the body that one support type alone has, with what each is worth. Two points decide.
_BODY: tuple[tuple[str, SupportType, int], ...] = (
    ("assignedtovariousunitsteamsortaskforcesdesignatedbyice", "TFM", 2),
    ("arrestwithoutawarrantanyalienenteringorattemptingtounlawfullyenter", "TFM", 2),
    ("whenoperatinginthefieldparticipatingleapersonnelshallcontact", "TFM", 1),
    ("facilitatingthecustodialtransferofspecificaliens", "WSO", 2),
    ("designedtofacilitatethecustodialtransferofdesignatedaliens", "WSO", 2),
    ("delegatedauthoritiesunderthejailenforcement", "JEM", 2),
    ("delegatedauthoritiesunderthetaskforce", "TFM", 2),
    ("identifyingandprocessingremovablealienswhohavebeenarrestedandbooked", "JEM", 2),
    ("interrogateanypersondetainedintheparticipatinglawenforcementagencysdetentioncenter", "JEM", 2),
    ("administrativefilesafilesarefederalrecords", "JEM", 1),
    ("complaintprocessposterswillbedisplayedinprocessingareas", "JEM", 1),
)
#: Here the wordings differ by one short word, so only the exact letters count.
_BODY_EXACT: tuple[tuple[str, SupportType, int], ...] = (("generallyreservedforinstancesinvolving", "TFM", 2),)
_SURE = 85.0
_BODY_SURE = 88.0


def find_support_type(lines: Sequence[Line], text: Sequence[Sentence]) -> tuple[SupportType, SupportBasis] | None:
    """Return the support type and where it says so ("title" or "body"), or None when the document does not say."""
    first = lines[0].page if lines else 0
    for line in (line for line in lines[:_TITLE_LINES] if line.page == first):
        key = squeeze(line.text)
        best = max(_TITLES, key=lambda title: alike(title[0], key))
        if alike(best[0], key) >= _SURE and len(key) < 60:
            named = {code for words, code in _TITLE_WORDS if alike(words, key) >= _SURE}
            return (best[1], "title") if len(named) < 2 else None
    points: dict[SupportType, int] = {}
    for phrase, code, worth in _BODY:
        if any(alike(phrase, sentence.key) >= _BODY_SURE for sentence in text):
            points[code] = points.get(code, 0) + worth
    for phrase, code, worth in _BODY_EXACT:
        if any(phrase in sentence.key for sentence in text):
            points[code] = points.get(code, 0) + worth
    ranked = sorted(points.items(), key=lambda item: -item[1])
    if ranked and ranked[0][1] >= 2 and (len(ranked) == 1 or ranked[0][1] >= ranked[1][1] + 2):
        return ranked[0][0], "body"
    return None


# -- the agency ----------------------------------------------------------------------------------------------------

_OPENINGS = ("constitutesanagreementbetween", "isenteredintobyandbetween", "enteredintobetween")
_BEFORE_AGENCY = re.compile(r"\(\s*[DO0]HS\s*.{0,4},?\s*.?and.{0,2}\s+(.*)", re.IGNORECASE)
_AFTER_AGENCY = re.compile(
    r"\s*[,.;'’_(]*\s*(?:hereinafter|pursu\S*\s+to\s+which|p\S{0,3}suant|that\s+is\s+hereinafter|delegates\s+to)",
    re.IGNORECASE,
)
#: What follows a name and describes it: "a local law enforcement agency", "in his official capacity".
_DESCRIBED = re.compile(r",\s+(?:(?:an?|in|acting|duly|located|organized)\s.*|the\s+duly\s.*)$", re.IGNORECASE)
_NEXT_WORDS = ("hereinafter", "pursuant")
_SPACED = re.compile(r"\b(?:[A-Za-z] ){3,}[A-Za-z]\b")
_SHORT_FORM = re.compile(r"\s*[(<\[{][^)>\]}]{0,20}[)>\]}]?\s*$")
_EMPLOYEES = re.compile(
    r"certified\s+officers\s+or\s+employees\s+of\s*(?:the\s+)?(.{3,120}?)\s*\(\s*herein", re.IGNORECASE
)
_AGENCY_WORDS = re.compile(
    r"sheri|police|dep|office|county|city|state|bureau|division|guard|jail|corre|board|commission|author|college|"
    r"university|marshal|constable|attorney|patrol|safety|detention|custody|town|village|parish|control|enforce|force|"
    r"ranger|highway|wildlife|investigat|militar|district|airport|transit|court|lottery|nation|\bP\.?D\b|\bS\.?O\b",
    re.IGNORECASE,
)
#: Words that a recognizer's slip makes unlike themselves: the spelling with more of them is the better one.
_KNOWN_WORDS = frozenset(
    "sheriff sheriff's sheriff’s sheriffs police department dept. dept office county city town state of the and public "
    "safety board commissioners bureau division corrections detention center college university".split()
)


def find_agency(text: Sequence[Sentence], pages: Sequence[PageText]) -> str | None:
    """Return the agency as the document names it, or None when its field is blank or cannot be read.

    It is named in the first paragraph, twice in some wordings; what was typed into a form's field comes last on the
    page; and most wordings repeat it at the foot of each page.
    """
    opening = next((i for i, s in enumerate(text) if max(alike(o, s.key) for o in _OPENINGS) >= _SURE), None)
    if opening is None:
        return _agency_at_foot(pages)
    paragraph = " ".join(s.text for s in text[opening : opening + 3])
    paragraph = _SPACED.sub(lambda match: match[0].replace(" ", ""), paragraph)  # "h e r e i n a f t e r"
    named = []
    if employees := _EMPLOYEES.search(paragraph):
        named.append(employees[1])
    if after := _BEFORE_AGENCY.search(paragraph):
        end = _AFTER_AGENCY.search(after[1])
        name = after[1][: end.start()] if end else _before_next_words(after[1])
        if len(name) < len(after[1]):
            named.append(name)
    cleaned = [name for name in map(_clean_agency, named) if name]
    if cleaned:
        return max(cleaned, key=_readable)
    return _typed_agency(pages, text[opening].page) or _agency_at_foot(pages)


def _typed_agency(pages: Sequence[PageText], number: int) -> str | None:
    """Return the first name among what was filled in on the opening page."""
    lines = (line.removeprefix(FILLED_IN) for line in pages[number - 1].text.split("\n") if line.startswith(FILLED_IN))
    names = (_clean_agency(re.split(r"\s*[(\"“]", line)[0]) for line in lines)
    return next((name for name in names if name), None)


def _agency_at_foot(pages: Sequence[PageText]) -> str | None:
    """Return the name that stands at the foot of several pages, or beside a revision mark."""
    feet: dict[str, list[str]] = {}
    marked: set[str] = set()
    for page in pages:
        for line in [line for line in page.text.split("\n") if line.strip()][-2:]:
            before, revised, _ = line.partition("Revised")
            name = _clean_agency(re.sub(r"[\s\d]+$", "", before))
            if name and len(name.split()) <= 10 and not name.endswith("."):
                feet.setdefault(squeeze(name), []).append(name)
                if revised:
                    marked.add(squeeze(name))
    best = max(feet, key=lambda key: (key in marked, len(feet[key])), default=None)
    return feet[best][0] if best and (len(feet[best]) > 1 or best in marked) else None


def _clean_agency(printed: str) -> str | None:
    name = re.sub(r"\s+", " ", re.sub(r"[_•]+", " ", printed)).strip(" ,.;:'’\"")
    name = _SHORT_FORM.sub("", _DESCRIBED.sub("", _before_next_words(name)))
    name = name.rpartition(" by and through the ")[2]
    name = re.sub(r"^(?:and\s+)?the(?:e?\s+|(?=[A-Z]))", "", name)
    name = re.sub(r"\b([B-HJ-Z]) (?=[a-z]{2})", r"\1", name)  # "B ay County"
    name = re.sub(r"\s+\d{1,2}$", "", name).strip(" ,.;:'’\"-")
    return name if 5 <= len(name) <= 120 and _AGENCY_WORDS.search(name) else None


def _before_next_words(name: str) -> str:
    """Return the words before the one that, with a slip of the recognizer, goes on about the agency."""
    words = name.split()
    ends = (i for i, word in enumerate(words) if any(fuzz.ratio(squeeze(word), end) >= 78 for end in _NEXT_WORDS))
    end = next(ends, len(words))
    return re.sub(r"\s+that\s+is$", "", " ".join(words[:end]).rstrip(" ,;:'’\""))


def _readable(name: str) -> int:
    return sum(word.strip(",").lower() in _KNOWN_WORDS for word in name.split())
