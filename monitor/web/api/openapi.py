"""The description of the API, made from what answers it."""

from __future__ import annotations

from typing import Any

from monitor.web.api.endpoints import ENDPOINTS, Endpoint
from monitor.web.api.parameters import CURSOR, LIMIT, ORDER, Parameter
from monitor.web.api.problems import MEDIA
from monitor.web.api.schemas import SCHEMAS, ref

PAGING = (ORDER, LIMIT, CURSOR)
_PROBLEM = {"content": {MEDIA: {"schema": ref("Problem")}}}
_REFUSALS = {
    "400": "A parameter is wrong, unknown or given twice.",
    "404": "There is no such thing, or no list that old.",
    "405": "Only GET, HEAD and OPTIONS are answered.",
    "429": "Too many requests; Retry-After says when to ask again.",
    "503": "There is no database yet.",
}
_HEADERS = {
    "ETag": {"schema": {"type": "string"}, "description": "Changes when the answer does; send it as If-None-Match."},
    "Last-Modified": {"schema": {"type": "string"}, "description": "When the data were last derived."},
}
_PAGE_HEADERS = {
    "Link": {"schema": {"type": "string"}, "description": 'The next page, as <address>; rel="next".'},
    "Total-Count": {"schema": {"type": "integer"}, "description": "Entries on all pages together."},
}


def parameters_of(endpoint: Endpoint) -> tuple[Parameter, ...]:
    """Every parameter of the query."""
    return (*endpoint.parameters, *PAGING) if endpoint.key else endpoint.parameters


def describe_api(version: str, prefix: str) -> dict[str, Any]:
    """The OpenAPI 3.1 description, with the API below `prefix`."""
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "287(g) agreements as listed by ICE", "version": version,
            "description": "What the command line answers, over HTTP. An ending is inferred from a row's absence: "
            "every text for readers says \"no longer listed by ICE\". For reading only; no key is needed.",
        },
        "servers": [{"url": prefix}],
        "paths": {
            **{e.path: {"get": _operation(e)} for e in ENDPOINTS},
            "/documents/{id}/content": {"get": _content()},
        },
        "components": {"schemas": SCHEMAS},
    }  # fmt: skip


def _operation(endpoint: Endpoint) -> dict[str, Any]:
    one = ref(endpoint.schema)
    schema = {"type": "array", "items": one} if endpoint.key else one
    headers = {**_HEADERS, **_PAGE_HEADERS} if endpoint.key else _HEADERS
    return {
        "operationId": endpoint.name, "summary": endpoint.summary,
        "parameters": [*_path(endpoint.path, endpoint.id_pattern), *map(_parameter, parameters_of(endpoint))],
        "responses": {
            "200": {"description": endpoint.summary, "headers": headers,
                    "content": {"application/json": {"schema": schema}}, "links": _links(endpoint)},
            **_refusals(),
        },
    }  # fmt: skip


#: collection -> (operation, where an entry of the collection has its id)
_LINKS = {
    "changes": (("change", "id"), ("agreement", "agreement_id"), ("agency", "agency_id"), ("place", "county_fips")),
    "agreements": (("agreement", "agreement_id"), ("agency", "agency_id")),
    "agencies": (("agency", "agency_id"),),
    "places": (("place", "county_fips"),),
    "publications": (("document", "sha256"), ("content", "sha256")),
    "documents": (("document", "sha256"), ("content", "sha256")),
}


def _links(endpoint: Endpoint) -> dict[str, Any]:
    """Where the ids of a collection lead."""
    return {
        f"{operation} of the first": {"operationId": operation, "parameters": {"id": f"$response.body#/0/{key}"}}
        for operation, key in _LINKS.get(endpoint.name, ())
    }


def _content() -> dict[str, Any]:
    return {
        "operationId": "content", "summary": "A document's bytes, exactly as received.",
        "parameters": _path("/documents/{id}/content", "^[0-9a-f]{64}$"),
        "responses": {
            "200": {"description": "The bytes.", "content": {"application/octet-stream": {}}},
            **_refusals(),
        },
    }  # fmt: skip


def _refusals() -> dict[str, Any]:
    unchanged = {"304": {"description": "What you have is what there is."}}
    return unchanged | {status: {"description": text, **_PROBLEM} for status, text in _REFUSALS.items()}


def _path(path: str, pattern: str) -> list[dict[str, Any]]:
    if "{id}" not in path:
        return []
    schema = {"type": "string", "minLength": 1, "maxLength": 200} | ({"pattern": pattern} if pattern else {})
    return [{"name": "id", "in": "path", "required": True, "schema": schema}]


def _parameter(p: Parameter) -> dict[str, Any]:
    return {"name": p.name, "in": "query", "description": p.description, "schema": dict(p.schema)}
