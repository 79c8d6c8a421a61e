"""How long an agreement lasts and how it can be ended, by its own words.

The usual wordings are found by likeness, so that the recognizer's slips do not matter; others by the form of the
sentence: what it is about, and what it says of it. A sentence is quoted only when its own words say what it is quoted
for. What is said of officers, of other agreements, or of what follows a termination is not quoted.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from db.moa_models import Passage
from scrapers.readers.moa_words import Sentence, alike, is_heading, squeeze

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
_NOTICE = tuple(
    squeeze(phrase)
    for phrase in (
        "ICE will provide the LEA a 90-day notice in advance of the partnership being terminated",
        "decision to terminate a MOA will be published on ICE's website 90 days in advance",
    )
)
#: A phrase is found where this much of it is; outside a section on termination nearly all of it must be.
_LIKE = 80.0
_LIKE_OUTSIDE = 90.0
_NOTICE_LIKE = 85.0
_HEADINGS = tuple(map(squeeze, ("termination", "duration", "effective date", "expiration", "effective period", "term")))
_LONGEST_CLAUSE = 6  # sentences
#: Characters; the longest real one has 360. A longer one is a page whose stops the recognizer lost.
_LONGEST_SENTENCE = 900

_NAME = r"(?:M[O0]\s?[AU]|agreement|memorandum(?:\s+of\s+(?:agreement|understanding))?(?:\s*\(\W?M[O0][AU]\W?\))?)"
_AGREEMENT = rf"this\s+(?:present\s+)?{_NAME}(?!\s*['’]s)"
#: Within a section on termination "the agreement" is this one.
_AGREEMENT_THERE = rf"th(?:is|e)\s+(?:present\s+)?{_NAME}(?!\s*['’]s)"
_LEAD = r"^\W*(?:[A-Z0-9]{1,3}[.)]\s*)?(?:(?:unless|except|subject)\b[^,]{0,80},\s*)?"
_LASTS = (
    r"AGREEMENT\b(?:(?!\b(?:that|which|whose)\b)[^.;]){0,120}?\b(?:(?:remains?|continues?|is|be|stays?)\s+"
    r"(?:in\s+(?:full\s+)?(?:force|effect)|effective|valid|binding)\b"
    r"[^.;]{0,100}?\b(?:until|unless|through|indefinitely|years?|months?|expires?)\b"
    r"|(?:shall|will|is\s+to|automatically|now|hereby)\s+(?:expire|terminate|lapse|end)s?\b(?!\s+the\b)|expires\s)"
)
_DURATION_FORM = (
    _LEAD + rf"(?:{_LASTS}|the\s+(?:initial\s+)?(?:term|duration|effective\s+period|period)\s+of\s+AGREEMENT)"
)
#: Who may end it, and that the agreement itself may be ended.
_ENDING_FORM = _LEAD + (
    r"(?:(?:either|any|each|both|neither|the|ICE|LEA|DHS)\b[^.;]{0,120}?\bmay\b[^.;]{0,60}?\b"
    r"(?:terminate|cancel|end|rescind|withdraw\s+from)\s+AGREEMENT"
    r"|AGREEMENT\s+(?:may|can|shall|will)\s+(?:also\s+)?be\s+(?:terminated|cancel+ed|ended|rescinded)\b)"
)
#: A sentence that goes on about the one before: "it shall remain in effect", "either party may terminate it".
_IT_LASTS = re.compile(r"^\W*it\s+(?:shall|will)\s+(?:remain|continue|be)\s+(?:in\s+(?:force|effect)|effective)", re.I)
_IT_ENDS = re.compile(r"\bmay\s+(?:terminate|cancel|end)\s+it\b", re.I)
#: "A letter of authorization under this MOA remains in effect": of something else than the agreement.
_BEFORE_NAME = re.compile(rf"^(.*?)\b{_AGREEMENT}", re.I)
_OF_ANOTHER = re.compile(r"\w.*\b(?:under|to|of|by|in|with|for|from)\s*$", re.I)
_OF_IT = re.compile(r"\b(?:term|duration|period|life|date)\b|terminat", re.I)
_TERMINATE = re.compile(r"te[rnm]{1,4}[il1m_]{0,3}.?n?a[tl][eio]", re.I)
_ENDS = re.compile(r"\b(?:expir(?:e|es|ed|ation)\b|lapse|withdraw|cancel|rescind)", re.I)
_SPAN = re.compile(r"\b(?:years?|months?|through|until)\b", re.I)


def _forms(form: str) -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Return the form outside and inside of a section on termination."""
    outside, inside = (re.compile(form.replace("AGREEMENT", name), re.I) for name in (_AGREEMENT, _AGREEMENT_THERE))
    return outside, inside


_DURATION_FORMS = _forms(_DURATION_FORM)
_ENDING_FORMS = _forms(_ENDING_FORM)


def find_passages(text: Sequence[Sentence]) -> tuple[Passage | None, Passage | None, Passage | None]:
    """Return the duration, the ending and ICE's notice, each quoted with the page it begins on, or None.

    The ending is the run of sentences, from the one on duration on, that speak of termination, expiry or lapse. Where
    the page that holds it has no text, ICE's notice stands for it if that can be read.
    """
    text = [sentence for sentence in text if len(sentence.text) <= _LONGEST_SENTENCE]
    section = _termination_section(text)
    start = _find_duration(text, section)
    duration = Passage(text[start].page, text[start].text) if start is not None else None
    run = _ending_run(text, start) if start is not None else []
    if not run:
        run = _ending_run(text, _find_ending(text, section))
    ending = Passage(run[0].page, " ".join(s.text for s in run)) if run else None
    notices = [s for s in text if max(alike(phrase, s.key) for phrase in _NOTICE) >= _NOTICE_LIKE]
    notice = Passage(notices[0].page, " ".join(s.text for s in notices)) if notices else None
    return duration, ending or notice, notice


def _termination_section(text: Sequence[Sentence]) -> range:
    """Return the sentences of the section on duration and termination; an empty range when no heading is found."""
    for index, sentence in enumerate(text):
        if is_heading(sentence.text) and _is_about_the_end(sentence):
            end = next((i for i in range(index + 1, len(text)) if is_heading(text[i].text)), len(text))
            if end > index + 1:
                return range(index + 1, end)
    return range(0)


def _is_about_the_end(heading: Sentence) -> bool:
    words = [squeeze(word) for word in heading.text.split()]
    return any(alike(sought, heading.key) >= _LIKE for sought in _HEADINGS[:-1]) or _HEADINGS[-1] in words


def _find_duration(text: Sequence[Sentence], section: range) -> int | None:
    """Return the index of the sentence that says how long the agreement lasts, or None."""
    best: tuple[float, int] | None = None
    for index, sentence in enumerate(text):
        if alike("thismoa", sentence.key) < _LIKE or _is_of_another(sentence.text):
            continue
        score = max(alike(phrase, sentence.key) for phrase in _DURATION)
        needed = _LIKE if index in section else _LIKE_OUTSIDE
        if score >= needed and (best is None or score > best[0]):
            best = (score, index)
    return best[1] if best else _find_form(text, section, _DURATION_FORMS, _IT_LASTS)


def _is_of_another(sentence: str) -> bool:
    before = _BEFORE_NAME.match(sentence)
    return bool(before and _OF_ANOTHER.search(before[1]) and not _OF_IT.search(before[1]))


def _find_ending(text: Sequence[Sentence], section: range) -> int | None:
    """Return the index of a sentence that says who may end the agreement, or None."""
    return _find_form(text, section, _ENDING_FORMS, _IT_ENDS)


def _find_form(
    text: Sequence[Sentence],
    section: range,
    forms: tuple[re.Pattern[str], re.Pattern[str]],
    going_on: re.Pattern[str],
) -> int | None:
    """Return the index of the first sentence of this form, first in the section on termination, or None."""
    inside = (i for i in section if forms[1].search(text[i].text) or going_on.search(text[i].text))
    anywhere = (i for i, sentence in enumerate(text) if forms[0].search(sentence.text))
    return next(inside, next(anywhere, None))


def _ending_run(text: Sequence[Sentence], start: int | None) -> list[Sentence]:
    """Return the sentences on the ending, from the one at `start` on; none when they do not say how it ends."""
    if start is None:
        return []
    run = [text[start]]
    for sentence in text[start + 1 : start + _LONGEST_CLAUSE]:
        if is_heading(sentence.text) or not _speaks_of_an_end(sentence):
            break
        run.append(sentence)
    return run if any(map(_speaks_of_an_end, run)) or _SPAN.search(run[0].text) else []


def _speaks_of_an_end(sentence: Sentence) -> bool:
    return (
        bool(_TERMINATE.search(sentence.text) or _ENDS.search(sentence.text)) or alike("terminat", sentence.key) >= 85
    )
