"""The tools as an assistant's client calls them, on the short made-up history counted by hand."""

from __future__ import annotations

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest
from mcp import Client, StdioServerParameters

from monitor.web.mcp.mcp_server import make_server
from tests.monitor.documents.linked import HIGHWAY, fill_shelf
from tests.monitor.web.desk.history import make_history
from tests.paths import ROOT

SITE = "https://example.org"
TOOLS = {"search", "place", "changes", "as_of", "explain", "documents"}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("mcp")
    make_history(root / "home", root / "lists")
    return root / "home"


def call(home: Path, tool: str, **asked: Any) -> Any:
    """The tool's structured answer; its error as text."""

    async def ask() -> Any:
        async with Client(make_server(home, SITE)) as client:
            answer = await client.call_tool(tool, asked)
            return answer.content[0].text if answer.is_error else answer.structured_content  # type: ignore[union-attr]

    return asyncio.run(ask())


def addresses(answer: Any) -> list[str]:
    """Every address in the answer, however deep."""
    if isinstance(answer, dict):
        own = [answer["address"]] if "address" in answer else []
        return own + [a for value in answer.values() for a in addresses(value)]
    return [a for value in answer for a in addresses(value)] if isinstance(answer, list) else []


def test_the_tools_are_described_and_only_read(home: Path) -> None:
    async def ask() -> Any:
        async with Client(make_server(home, SITE)) as client:
            return (await client.list_tools()).tools

    tools = asyncio.run(ask())
    assert {t.name for t in tools} == TOOLS
    for tool in tools:
        assert tool.annotations.read_only_hint is True
        assert tool.description
        assert tool.output_schema is not None


def test_an_agency_is_found_with_what_is_listed_of_it(home: Path) -> None:
    answer = call(home, "search", words="taylor sheriff")
    assert answer["total"] == 1
    found = answer["agencies"][0]
    assert found["agency"] == "Taylor County Sheriff's Office"
    assert found["address"] == f"{SITE}/agencies/fl-taylor-county-sheriffs-office/"
    assert [(a["support_type"], a["signed_on"], a["source"]["row"]) for a in found["listed"]] == [
        ("TFM", "2025-07-02", 44)
    ]
    police = call(home, "search", words="lake placid")
    assert [(a["state"], len(a["listed"])) for a in police["agencies"]] == [("FL", 1), ("NY", 0)]
    assert call(home, "search", words="lake placid", state="New York")["total"] == 1


def test_changes_are_told_newest_first_in_words_that_claim_no_more_than_the_lists(home: Path) -> None:
    answer = call(home, "changes", limit=3)
    assert answer["total"] == 5
    assert [c["kind"] for c in answer["changes"]] == ["signing", "termination", "signing"]
    ending = answer["changes"][1]
    assert ending["headline"] == "Lake Placid Police Department (NY): no longer listed by ICE"
    assert [(s["what"], s["file"], s["row"]) for s in ending["sources"]] == [
        ("last listed in", "participatingAgencies07012025am.xlsx", 43),
        ("first missing from", "participatingAgencies07032025am.xlsx", None),
    ]
    assert call(home, "changes", kind="signing", since="2025-07-04")["total"] == 1


def test_a_day_and_a_place_are_counted(home: Path) -> None:
    """1 July: 41 agencies in Florida and one in New York; on the newest list 44, all in Florida."""
    first = call(home, "as_of", day="2025-07-01")
    assert (first["total"], first["source"]["file"]) == (42, "participatingAgencies07012025am.xlsx")
    assert first["sentence"].startswith("As of July 1, 2025, ICE listed 42 agreements with 42 agencies")
    assert call(home, "as_of", day="2025-07-01", state="NY")["total"] == 1
    known = call(home, "as_of", day="2025-07-30", known_at="2025-07-20T12:01:30Z")
    assert known["total"] == 43
    county = call(home, "place", state="Florida", county="Highlands")
    assert (county["place"], county["total"]) == ("Highlands County, Florida", 2)
    assert call(home, "place", state="NY")["total"] == 0


def test_a_change_is_explained(home: Path) -> None:
    change = call(home, "changes", kind="termination")["changes"][0]
    answer = call(home, "explain", change_id=change["id"])
    assert answer["change"] == change
    assert "First missing from: participatingAgencies07032025am.xlsx" in answer["explanation"]


def test_every_answer_has_addresses_to_cite(home: Path) -> None:
    for tool, asked in (
        ("search", {"words": "county"}), ("place", {"state": "FL"}), ("changes", {}), ("as_of", {"day": "2025-07-04"}),
    ):  # fmt: skip
        found = addresses(call(home, tool, **asked))
        assert len(found) > 4, tool
        assert all(a.startswith(f"{SITE}/") for a in found)


@pytest.mark.parametrize(
    ("tool", "asked", "said"),
    [
        ("place", {"state": "Florid"}, "no state or territory 'Florid'"),
        ("place", {"state": "FL", "county": "Essex"}, "no county 'Essex' in Florida"),
        ("changes", {"kind": "ending"}, "no kind 'ending'; there are signing, termination"),
        ("as_of", {"day": "2020-01-01"}, "the oldest is of 2025-07-01"),
        ("explain", {"change_id": "000000000000"}, "no change 000000000000"),
        ("explain", {"change_id": "x"}, "change_id"),
    ],
)
def test_a_question_that_has_no_answer_says_why(home: Path, tool: str, asked: dict[str, Any], said: str) -> None:
    assert said in call(home, tool, **asked)


def test_the_command_answers_over_standard_input_and_output(home: Path) -> None:
    async def ask() -> Any:
        command = StdioServerParameters(
            command=sys.executable,
            args=["-m", "scheduler", "--db", str(home), "mcp"],
            cwd=ROOT,
            env=dict(os.environ),
        )
        async with Client(command) as client:
            return await client.call_tool("changes", {"limit": 1})

    answer = asyncio.run(ask())
    assert answer.structured_content["total"] == 5
    assert answer.structured_content["changes"][0]["address"].startswith("http://127.0.0.1:8000/changes/")


def test_documents_are_found_by_their_agreement_and_by_their_words(tmp_path: Path) -> None:
    home = fill_shelf(tmp_path)
    of_one = call(home, "documents", agreement_id="fl-pasco-county-sheriffs-office-wso-2019-05-06")
    assert of_one["total"] == 1
    assert (of_one["documents"][0]["file"], of_one["documents"][0]["passage"]) == ("pasco.pdf", None)
    assert "upon 90-day written notice" in of_one["documents"][0]["ending"]["text"]
    answer = call(home, "documents", words='"30-day"', state="Florida")
    assert answer["total"] == 1
    (found,) = answer["documents"]
    assert (found["url"], found["passage"]["page"]) == (HIGHWAY, 2)
    assert "upon *30-day* written notice" in found["passage"]["text"]
    assert found["address"] == f"{SITE}/documents/{found['sha256']}/#page-2"
    assert call(home, "documents", words="notice", limit=1)["total"] == 5
    assert "nothing to look for" in call(home, "documents", words="-notice")
