"""Posted forms: read within limits, filled in again, and what is wrong with one in the reader's language."""

from __future__ import annotations

from typing import Any

from starlette.datastructures import FormData
from starlette.requests import Request

from monitor.alerts.alert_errors import AlertError, PreferenceError
from monitor.alerts.filters import LANGUAGES, USUAL_KINDS
from monitor.alerts.digest_times import COMMON_ZONES
from monitor.alerts.describe_change import N_
from monitor.alerts.wording import Words

#: A form may hold this many fields and no file; Starlette stops reading at more.
_MAX_FIELDS = 60
_WRONG = {
    "state": N_("Please choose what to be told from the lists."),
    "county": N_("That is not a county of the state. Please choose the state and check the county's name."),
    "agency": N_("No agency of that name was ever listed. Please copy its name from our pages."),
    "zone": N_("That is no time zone. Please write it as America/New_York."),
    "language": N_("Please choose a language."),
}
FORM_TEXTS = ("address", "state", "county", "agency", "support_type", "rhythm", "zone", "language")


def form_problem(error: AlertError, words: Words) -> str:
    """What is wrong with a form, in the reader's language."""
    if isinstance(error, PreferenceError):
        return words.named(_WRONG.get(error.part, _WRONG["state"]))
    return words.say("No mail can be sent to that e-mail address. Please check it.")


def chosen_language(request: Request) -> str:
    """The language of `?lang=`, else the first of ours that the browser prefers."""
    asked = request.query_params.get("lang", "")
    if asked in LANGUAGES:
        return asked
    for part in request.headers.get("accept-language", "").lower().split(",")[:10]:
        code = part.partition(";")[0].strip().partition("-")[0]
        if code in LANGUAGES:
            return code
    return "en"


async def read_form(request: Request) -> FormData:
    """The posted form: few fields, no file."""
    return await request.form(max_files=0, max_fields=_MAX_FIELDS, max_part_size=16 * 1024)


def empty_form(language: str) -> dict[str, Any]:
    return {
        **dict.fromkeys(FORM_TEXTS, ""), "language": language, "rhythm": "daily", "zone": COMMON_ZONES[0],
        "kinds": USUAL_KINDS, "early": False,
    }  # fmt: skip
