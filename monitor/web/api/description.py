"""The OpenAPI description: what FastAPI makes of the addresses, and what it cannot know of them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI, Request
from pydantic import TypeAdapter

from db.records import ProblemRecord
from monitor.web.api import problems
from monitor.web.api.problems import Problem
from monitor.web.api.table_formats import MEDIA

Responses = dict[int | str, dict[str, Any]]

_TEXT, _WHOLE = {"type": "string"}, {"type": "integer"}
_HEADERS = {
    "ETag": {"schema": _TEXT, "description": "Changes when the answer does; send it as If-None-Match."},
    "Last-Modified": {"schema": _TEXT, "description": "When the data were last derived."},
    "RateLimit": {"schema": _TEXT, "description": "Requests left (r) and seconds until all are back (t)."},
    "RateLimit-Policy": {"schema": _TEXT, "description": "Requests (q) in a window of seconds (w)."},
}
_PAGING = {
    "Link": {"schema": _TEXT, "description": 'The next page, as <address>; rel="next".'},
    "Total-Count": {"schema": _WHOLE, "description": "Entries on all pages together."},
}
_REFUSALS = {
    "400": "A parameter is wrong, unknown or given twice.",
    "404": "There is no such thing, or no list that old.",
    "405": "Only GET, HEAD and OPTIONS are answered.",
    "414": "The address is longer than any that can be meant.",
    "429": "Too many requests; Retry-After says when to ask again.",
    "503": "Too many costly questions wait, and Retry-After says when to ask again; or there is no database yet.",
}
_PROBLEM = {"content": {problems.MEDIA: {"schema": {"$ref": "#/components/schemas/ProblemRecord"}}}}
#: Of every address.
RESPONSES: Responses = {
    304: {"description": "The client has the newest answer."},
    **{status: {"description": text, **_PROBLEM} for status, text in _REFUSALS.items()},
}
#: Of a document's content.
BYTES: Responses = {200: {"headers": _HEADERS, "content": {"application/octet-stream": {}}}}
#: Of an address that answers with one record.
RECORD: Responses = {200: {"headers": _HEADERS}}


def describe_collection(leads: Mapping[str, str]) -> Responses:
    """Return the description of a collection's answer. `leads` says which operations take which key of an entry."""
    links = {
        f"{operation} of the first": {"operationId": operation, "parameters": {"id": f"$response.body#/0/{key}"}}
        for operation, key in leads.items()
    }
    tables: dict[str, dict[str, Any]] = {media.partition(";")[0]: {} for media in MEDIA.values()}
    return {200: {"headers": {**_HEADERS, **_PAGING}, "links": links, "content": tables}}


def describe(app: FastAPI) -> dict[str, Any]:
    """Return the description that FastAPI made, with errors as they are: problem details, and never 422."""
    if app.openapi_schema is not None:
        return app.openapi_schema
    description = app.openapi()
    for operations in description["paths"].values():
        operations["get"]["responses"].pop("422", None)
    schemas = description["components"]["schemas"]
    schemas.pop("HTTPValidationError", None)
    schemas.pop("ValidationError", None)
    problem = TypeAdapter(ProblemRecord).json_schema(ref_template="#/components/schemas/{model}")
    schemas.update(problem.pop("$defs"), ProblemRecord=problem)
    return description


async def refuse_unknown(request: Request) -> None:
    """Refuse parameters that the address does not know, and those given twice."""
    operation = describe(request.app)["paths"][request.scope["route"].path.removesuffix(".{form}")]["get"]
    known = [p["name"] for p in operation.get("parameters", ()) if p["in"] == "query"]
    given = Counter(name for name, _ in request.query_params.multi_items())
    errors = {name: "given more than once" for name, times in given.items() if times > 1}
    errors |= {name: f"unknown; known here: {', '.join(known) or 'none'}" for name in given if name not in known}
    if errors:
        raise Problem(400, f"wrong parameters: {', '.join(sorted(errors))}", errors=errors)
