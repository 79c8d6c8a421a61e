"""Errors as RFC 9457 problem details: one object a problem, of type application/problem+json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp

from db.errors import NotFoundError, StoreError
from db.records import ProblemRecord
from monitor.web.http.headers import OPEN_ACCESS
from monitor.web.http.open_access import METHODS

MEDIA = "application/problem+json"
#: Of every answer, errors too: any site's script may read it and these headers.
READABLE = {
    **OPEN_ACCESS,
    "Access-Control-Expose-Headers": "ETag, Last-Modified, Link, RateLimit, RateLimit-Policy, Retry-After, Total-Count",
}


class Problem(Exception):
    """A request that cannot be answered; `errors` names each parameter that is wrong, and why."""

    def __init__(self, status: int, detail: str, *, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = dict(errors or {})


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """Return the problem as an answer that no cache keeps and any site's script may read."""
    body: ProblemRecord = {
        "type": "about:blank", "title": HTTPStatus(problem.status).phrase, "status": problem.status,
        "detail": problem.detail,
    }  # fmt: skip
    if problem.errors:
        body["errors"] = [{"parameter": name, "detail": why} for name, why in problem.errors.items()]
    sent = {**READABLE, "Cache-Control": "no-store", **(headers or {})}
    return Response(json.dumps(body, ensure_ascii=False).encode(), problem.status, sent, media_type=MEDIA)


def refuse_too_many(detail: str, wait: int) -> ASGIApp:
    """Return the answer to a client that asks too fast."""
    return problem_response(Problem(429, detail), {"Retry-After": str(wait)})


def refuse_long() -> ASGIApp:
    """Return the answer to an address that is longer than any of ours."""
    return problem_response(Problem(414, "the address is longer than any that can be meant"))


def refuse_busy(wait: int) -> ASGIApp:
    """Return the answer to a costly question while too many others wait."""
    detail = f"too many costly questions are being asked; ask again in {wait} s"
    return problem_response(Problem(503, detail), {"Retry-After": str(wait)})


async def answer_problem(request: Request, error: Exception) -> Response:
    """Return the problem detail of whatever kept a request from being answered."""
    match error:
        case Problem():
            return problem_response(error)
        case RequestValidationError():
            return problem_response(_wrong_values(error))
        case HTTPException(status_code=404):
            return problem_response(Problem(404, f"nothing at {request.url.path}"))
        case HTTPException(status_code=405):
            return problem_response(Problem(405, f"only {METHODS} are answered here"), {"Allow": METHODS})
        case HTTPException():
            return problem_response(Problem(error.status_code, str(error.detail)))
        case NotFoundError():
            return problem_response(Problem(404, str(error)))
        case _:
            return problem_response(Problem(503, str(error).partition(";")[0]))


def _wrong_values(error: RequestValidationError) -> Problem:
    """The problem of values that a model refused; an id of another form names nothing."""
    errors: dict[str, str] = {}
    for e in error.errors():  # of a parameter that may be absent pydantic says twice what is wrong; the first says why
        errors.setdefault(str(e["loc"][1]), str(e["msg"]).removeprefix("Value error, "))
    if all(e["loc"][0] == "path" for e in error.errors()):
        return Problem(404, f"no such id: {'; '.join(errors.values())}")
    return Problem(400, f"wrong parameters: {', '.join(sorted(errors))}", errors=errors)


HANDLERS: dict[int | type[Exception], Any] = dict.fromkeys(
    (Problem, RequestValidationError, HTTPException, StoreError), answer_problem
)
