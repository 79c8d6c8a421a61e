"""The API's description as a page to read: plain HTML made from the OpenAPI description, without script."""

from __future__ import annotations

import base64
import hashlib
from pathlib import Path
from typing import Any

from monitor.i18n.templates import make_environment

_TEMPLATES = Path(__file__).parent / "templates"
#: operation -> (what it asks, the query that asks it); a test asks every one of them.
EXAMPLES = {
    "list_changes": (
        ("agreements in Florida no longer listed by ICE", "?state=FL&kind=termination"),
        ("the two newest changes", "?order=newest&limit=2"),
    ),
    "list_agreements": (("what ICE listed in Pasco County on May 30, 2025", "?as_of=2025-05-30&county=Pasco"),),
    "list_agencies": (("agencies in Texas, also those no longer listed", "?state=TX&ever=true"),),
    "list_places": (("counties of Georgia", "?state=GA"),),
    "list_publications": (("lists that wait for a person", "?status=held"),),
    "get_totals": (("how many on May 30, 2025", "?as_of=2025-05-30"),),
    "list_trends": (("from June 2025 on", "?since=2025-06-01"),),
    "list_documents": (("the newest document", "?order=newest&limit=1"),),
    "list_moas": (("Warrant Service Officer agreements signed in 2019", "?support_type=WSO&year=2019"),),
    "search_moas": (("pages that speak of 90-day notice", "?q=%2290-day%22+notice"),),
}


def make_page(description: dict[str, Any]) -> tuple[bytes, str]:
    """Return the page and the Content-Security-Policy that allows its own style and nothing else."""
    style = (_TEMPLATES / "reference.css").read_text(encoding="utf-8")
    environment = make_environment(_TEMPLATES, describe_type=describe_type, examples=EXAMPLES, style=style)
    page = environment.get_template("reference.html").render(api=description)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; frame-ancestors 'none'"
    return page.encode(), policy


def describe_type(schema: dict[str, Any]) -> str:
    """Return a JSON schema in a few words, such as "list of Listing" or "date or null"."""
    if "$ref" in schema:
        return str(schema["$ref"]).rpartition("/")[2]
    if "enum" in schema:
        return " | ".join(map(str, schema["enum"])) if len(schema["enum"]) < 12 else "code"
    if "anyOf" in schema and not any("format" in s and len(s) == 1 for s in schema["anyOf"]):
        return " or ".join(describe_type(s) for s in schema["anyOf"])
    if schema.get("type") == "array":
        return f"list of {describe_type(schema['items'])}"
    kind = {"string": "text", "integer": "whole number", "boolean": "true or false"}
    return str(schema.get("format") or kind.get(schema.get("type", ""), schema.get("type", "any")))
