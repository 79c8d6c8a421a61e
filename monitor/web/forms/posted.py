"""Posted forms: read within limits, shown again filled in, and what is wrong with one in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from starlette.datastructures import FormData
from starlette.exceptions import HTTPException
from starlette.requests import Request

from monitor.alerts.alert_errors import AlertError, PreferenceError
from monitor.alerts.digest_times import COMMON_ZONES
from monitor.alerts.filters import DEFAULT_KINDS
from monitor.i18n.language import LANGUAGES, N_, Language
from monitor.web.http.limits import is_too_large

#: A form may have this many fields and no file; Starlette stops reading at more.
_MAX_FIELDS = 60
_LONGEST = 300  # characters of a field
_LARGEST_BYTES = 64_000  # of a whole form
_WRONG = {
    "state": N_("Please choose what to be told from the lists."),
    "county": N_("That is not a county of the state. Please choose the state and check the county's name."),
    "agency": N_("No agency of that name was ever listed. Please copy its name from our pages."),
    "zone": N_("That is not a time zone. Please write it like America/New_York."),
    "language": N_("Please choose a language."),
}


@dataclass(frozen=True, slots=True)
class Posted:
    """The fields of the form to subscribe, as typed."""

    address: str = ""
    state: str = ""
    county: str = ""
    agency: str = ""
    support_type: str = ""
    rhythm: str = "daily"
    zone: str = COMMON_ZONES[0]
    language: str = ""
    endings: str = "daily"
    only: str = ""  # "endings" for endings and returns alone, else the kinds that are checked
    kinds: Sequence[str] = DEFAULT_KINDS
    counts_only: bool = False
    early: bool = False
    is_machine: bool = False  # a field was filled in that no person sees


def first_form(code: str, query: Mapping[str, str]) -> Posted:
    """Return the form as it is first shown, about the place or agency whose page the reader came from."""
    state, county, agency = (query.get(name, "").strip()[:_LONGEST] for name in ("state", "county", "agency"))
    return Posted(language=code, state=state, county=county, agency=agency)


def read_posted(form: FormData) -> Posted:
    """Return the posted form to subscribe."""
    texts = {
        name: str(form.get(name, ""))[:_LONGEST]
        for name in (
            "address",
            "state",
            "county",
            "agency",
            "support_type",
            "rhythm",
            "endings",
            "only",
            "zone",
            "language",
        )
    }
    kinds = [str(kind) for kind in form.getlist("kinds")]
    return Posted(
        **texts, kinds=kinds, early=bool(form.get("early")), counts_only=bool(form.get("counts_only")),
        is_machine=bool(form.get("website")),
    )  # fmt: skip


def explain_problem(error: AlertError, words: Language) -> str:
    """Return what is wrong with a form, in the reader's language."""
    if isinstance(error, PreferenceError):
        return words.say(_WRONG.get(error.part, _WRONG["state"]))
    return words.say("No mail can be sent to that e-mail address. Please check it.")


def chosen_language(request: Request) -> str:
    """Return the language of `?lang=`, else the first of ours that the browser prefers."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").lower().split(",")[:10]:
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


async def read_form(request: Request) -> FormData:
    """Return the posted form: few fields, no file; a form too large is refused before it is read."""
    if is_too_large(request.headers, _LARGEST_BYTES):
        raise HTTPException(413)
    return await request.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=16 * 1024)
