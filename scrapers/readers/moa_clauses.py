"""What a document says of itself: its support type, its agency, how long it lasts, how it can be ended, its dates.

Each is found by phrases that agreements of all years use, compared by likeness. What is not found stays unknown; a
sentence is quoted only when its own words say what it is quoted for.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from db.moa_models import FILLED_IN, PageText, Passage, SupportBasis
from db.models import SupportType
from scrapers.readers.moa_words import Line, Sentence, alike, is_heading, squeeze

#: Titles, squeezed. They stand above the first section.
_TITLES: tuple[tuple[str, SupportType], ...] = (
    ("taskforcemodel", "TFM"), ("jailenforcementmodel", "JEM"), ("warrantserviceofficer", "WSO"),
    ("detentionmodel", "JEM"),
)  # fmt: skip
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
            return best[1], "title"
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

_OPENING = "constitutesanagreementbetween"
_BEFORE_AGENCY = re.compile(r"\(\s*[DO0]HS\s*.{0,4},?\s*.?and.{0,2}\s+(.*)", re.IGNORECASE)
_AFTER_AGENCY = re.compile(
    r"\s*[,.;'’_(]*\s*(?:hereinafter|pursu\S*\s+to\s+which|p\S{0,3}suant|that\s+is\s+hereinafter|delegates\s+to)",
    re.IGNORECASE,
)
_SHORT_FORM = re.compile(r"\s*[(<\[{][^)>\]}]{0,20}[)>\]}]?\s*$")
_EMPLOYEES = re.compile(
    r"certified\s+officers\s+or\s+employees\s+of\s*(?:the\s+)?(.{3,120}?)\s*\(\s*herein", re.IGNORECASE
)
_AGENCY_WORDS = re.compile(
    r"sheri|police|dep|office|county|city|state|bureau|division|guard|jail|corre|board|commission|author|college|"
    r"university|marshal|constable|attorney|patrol|safety|detention|custody|town|village|parish|control|enforce",
    re.IGNORECASE,
)
#: Words that a recogniser's slip makes unlike themselves: the spelling with more of them is the better one.
_KNOWN_WORDS = frozenset(
    "sheriff sheriff's sheriff’s sheriffs police department dept. dept office county city town state of the and public "
    "safety board commissioners bureau division corrections detention center college university".split()
)


def find_agency(text: Sequence[Sentence], pages: Sequence[PageText]) -> str | None:
    """Return the agency as the document names it, or None when its field is blank or cannot be read.

    It is named in the first paragraph, twice in some wordings; what was typed into a form's field comes last on the
    page; and most wordings repeat it at the foot of each page.
    """
    opening = next((i for i, s in enumerate(text) if alike(_OPENING, s.key) >= _SURE), None)
    if opening is None:
        return _agency_at_foot(pages)
    paragraph = " ".join(s.text for s in text[opening : opening + 3])
    named = []
    if employees := _EMPLOYEES.search(paragraph):
        named.append(employees[1])
    if (after := _BEFORE_AGENCY.search(paragraph)) and (end := _AFTER_AGENCY.search(after[1])):
        named.append(after[1][: end.start()])
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
    name = _SHORT_FORM.sub("", name)
    name = name.rpartition(" by and through the ")[2]
    name = re.sub(r"^(?:and\s+)?the(?:e?\s+|(?=[A-Z]))", "", name)
    name = re.sub(r"\b([B-HJ-Z]) (?=[a-z]{2})", r"\1", name)  # "B ay County"
    name = re.sub(r"\s+\d{1,2}$", "", name).strip(" ,.;:'’\"-")
    return name if 5 <= len(name) <= 120 and _AGENCY_WORDS.search(name) else None


def _readable(name: str) -> int:
    return sum(word.strip(",").lower() in _KNOWN_WORDS for word in name.split())


# -- how long, and how it ends -------------------------------------------------------------------------------------

#: How long it lasts: the sentence must be about the agreement itself.
_DURATION = tuple(
    squeeze(phrase)
    for phrase in (
        "becomes effective upon signature of both parties and will remain in effect until either party",
        "becomes effective upon signature of both parties and expires on",
        "will be in effect from the date of signing until it is terminated by either party",
        "shall be in effect from the date of signing until it is terminated by either party",
        "this MOA will remain in effect until",
        "this MOA shall remain in effect until",
        "this MOA shall be effective for a period of years",
        "this MOA will be effective for years from the date of signing",
        "the duration of this MOA is years from the effective date",
        "this MOA will expire on",
        "this MOA shall expire years from the date",
    )
)
_TERMINATE = re.compile(r"te[rnm]{1,4}[il1m_]{0,3}.?n?a[tl][eio]", re.IGNORECASE)
_LAPSE = re.compile(r"expir(?:e|es|ation)\b|\blapse", re.IGNORECASE)
_NOTICE = tuple(
    squeeze(phrase)
    for phrase in (
        "ICE will provide the LEA a 90-day notice in advance of the partnership being terminated",
        "decision to terminate a MOA will be published on ICE's website 90 days in advance",
    )
)
_SECTION = ("terminationofthismoa", "durationandtermination", "effectivedateandtermination", "effectivedateduration")
_LONGEST_CLAUSE = 6  # sentences


def find_duration(text: Sequence[Sentence]) -> int | None:
    """Return the index of the sentence that says how long the agreement lasts, or None."""
    section = _termination_section(text)
    best: tuple[float, int] | None = None
    for index, sentence in enumerate(text):
        if "thismoa" not in sentence.key and alike("thismoa", sentence.key) < 80:
            continue
        score = max(alike(phrase, sentence.key) for phrase in _DURATION)
        needed = 80.0 if section is not None and index in section else 90.0
        if score >= needed and (best is None or score > best[0]):
            best = (score, index)
    return best[1] if best else None


def _termination_section(text: Sequence[Sentence]) -> range | None:
    """Return the sentences of the section on duration and termination, or None when no heading is found."""
    for index, sentence in enumerate(text):
        if is_heading(sentence.text) and max(alike(words, sentence.key) for words in _SECTION) >= 80:
            end = next((i for i in range(index + 1, len(text)) if is_heading(text[i].text)), len(text))
            if end > index + 1:
                return range(index + 1, end)
    return None


def find_passages(text: Sequence[Sentence]) -> tuple[Passage | None, Passage | None, Passage | None]:
    """Return the duration, the ending and ICE's notice, each quoted with the page it begins on, or None.

    The ending is the run of sentences, from the one on duration on, that speak of termination, expiry or lapse. Where
    the page that holds it has no text, ICE's notice stands for it if that can be read.
    """
    start = find_duration(text)
    duration = ending = None
    if start is not None:
        duration = Passage(text[start].page, text[start].text)
        run = _ending_run(text, start)
        if run:
            ending = Passage(run[0].page, " ".join(s.text for s in run))
    notices = [s for s in text if max(alike(phrase, s.key) for phrase in _NOTICE) >= _SURE]
    notice = Passage(notices[0].page, " ".join(s.text for s in notices)) if notices else None
    return duration, ending or notice, notice


def _ending_run(text: Sequence[Sentence], start: int) -> list[Sentence]:
    """Return the sentences on the ending, from the one at `start` on; none when they do not say how it ends."""
    run = [text[start]]
    for sentence in text[start + 1 : start + _LONGEST_CLAUSE]:
        if is_heading(sentence.text) or not (_TERMINATE.search(sentence.text) or _LAPSE.search(sentence.text)):
            break
        run.append(sentence)
    return run if any(_TERMINATE.search(s.text) or _LAPSE.search(s.text) for s in run) else []
