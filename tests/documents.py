"""Pages of documentation as data (headings, tables, fenced blocks, links), and the commands they describe."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import typer.main

from scheduler import app
from tests.paths import ROOT

DOCS = ROOT / "docs"
_HEADING = re.compile(r"^(#{1,6}) (.+)$")
_CODE = re.compile(r"`([^`]+)`")
_LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


@dataclass(frozen=True, slots=True)
class Block:
    """A fenced block: its language and lines, and the comment that stands right above it ("" when none)."""

    language: str
    lines: tuple[str, ...]
    mark: str

    def commands(self) -> Iterator[tuple[str, list[str]]]:
        """Each line after `$ `, without a trailing remark, and the lines it is said to print."""
        command, printed = "", list[str]()
        for line in (*self.lines, "$ "):
            if line.startswith("$ "):
                if command:
                    yield command, printed
                command, printed = re.split(r"\s{2,}#", line[2:])[0].strip(), []
            else:
                printed.append(line)


def outside_fences(text: str) -> str:
    """The page without its fenced blocks."""
    return re.sub(r"^```.*?^```$", "", text, flags=re.MULTILINE | re.DOTALL)


def sections(text: str) -> dict[str, str]:
    """Heading (without backquotes) -> what follows up to the next heading of any level."""
    found: dict[str, str] = {}
    title = ""
    for line in outside_fences(text).splitlines():
        if heading := _HEADING.match(line):
            title = heading[2].replace("`", "")
            assert title not in found, f"the heading {title!r} stands twice"
            found[title] = ""
        else:
            found[title] = found.get(title, "") + line + "\n"
    return found


def first_cells(section: str, head: str | None = None) -> list[str]:
    """Every code in the first column of the section's tables (those under the header cell `head`, when it is given)."""
    codes: list[str] = []
    header = ""
    previous = ""
    for line in section.splitlines():
        if line.startswith("|---"):
            header = previous.strip("|").split("|")[0].strip()
        elif line.startswith("|") and header and (head is None or header == head):
            codes += _CODE.findall(line.strip("|").split("|")[0])
        if not line.startswith("|"):
            header = ""
        previous = line
    return codes


def fenced_blocks(text: str) -> list[Block]:
    """The page's fenced blocks in order."""
    found: list[Block] = []
    lines = text.splitlines()
    start = None
    for number, line in enumerate(lines):
        if not line.startswith("```"):
            continue
        if start is None:
            start = number
            continue
        above = lines[start - 1] if start else ""
        mark = above.removeprefix("<!--").removesuffix("-->").strip() if above.startswith("<!--") else ""
        found.append(Block(lines[start].strip("` "), tuple(lines[start + 1 : number]), mark))
        start = None
    return found


def anchors(text: str) -> set[str]:
    """The anchors of the page's headings, as code hosts make them."""
    made = set()
    for line in outside_fences(text).splitlines():
        if heading := _HEADING.match(line):
            words = re.sub(r"[^\w\- ]", "", heading[2].casefold())
            made.add(words.replace(" ", "-"))
    return made


def links(text: str) -> list[str]:
    """Where the page's links lead."""
    return _LINK.findall(outside_fences(text))


def page(name: str) -> dict[str, str]:
    """The sections of a page of docs/."""
    return sections((DOCS / name).read_text(encoding="utf-8"))


def agree(documented: Iterable[str], there: Iterable[str], what: str) -> None:
    """Fails with what is missing on the page and what the page makes up; a code listed twice is one too many."""
    listed = list(documented)
    assert sorted(listed) == sorted(set(listed)), f"{what}: listed twice"
    assert set(there) - set(listed) == set(), f"{what}: not documented"
    assert set(listed) - set(there) == set(), f"{what}: documented, but there is none"


def all_commands(command: Any, path: tuple[str, ...] = ()) -> Iterator[tuple[str, Any]]:
    """Every command that does something, by its words."""
    inner = getattr(command, "commands", None)
    if inner is None or command.invoke_without_command:
        yield " ".join(path), command
    if inner is None:
        return
    for name, one in inner.items():
        yield from all_commands(one, (*path, name))


#: Every command by its words: "review list" -> the command.
COMMANDS: dict[str, Any] = dict(all_commands(typer.main.get_command(app)))
