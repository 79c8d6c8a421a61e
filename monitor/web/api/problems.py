"""Errors as RFC 9457 problem details: one object a problem, of type application/problem+json."""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus

from starlette.responses import Response

MEDIA = "application/problem+json"


class Problem(Exception):
    """What a program asked for cannot be answered; `errors` names each parameter that is wrong, and why."""

    def __init__(self, status: int, detail: str, *, errors: Mapping[str, str] | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.errors = dict(errors or {})


def problem_response(problem: Problem, headers: Mapping[str, str] | None = None) -> Response:
    """The problem as an answer; it is never kept by a cache."""
    body: dict[str, object] = {
        "type": "about:blank", "title": HTTPStatus(problem.status).phrase, "status": problem.status,
        "detail": problem.detail,
    }  # fmt: skip
    if problem.errors:
        body["errors"] = [{"parameter": name, "detail": why} for name, why in problem.errors.items()]
    return Response(
        json.dumps(body, ensure_ascii=False).encode(), problem.status, {"Cache-Control": "no-store", **(headers or {})},
        media_type=MEDIA,
    )  # fmt: skip
