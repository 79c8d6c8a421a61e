"""A few made-up days, each visited by the real `run` over HTTP on loopback, and what it makes of them is printed."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
import textwrap
from collections.abc import Iterable, Mapping
from datetime import timedelta
from itertools import groupby
from pathlib import Path
from typing import Any
from unittest import mock

import time_machine

import scheduler
from db.database import Store
from db.queries.publication_list import read_publications
from monitor.changelog.as_of import totals
from monitor.changelog.explain import explain_change
from monitor.changelog.listed_between import wide_range
from monitor.changelog.log import Filter, read_log
from tests.demo.days import ACTS, Act
from tests.demo.lists import Lists
from tests.demo.past import past_of_the_demo
from tests.scrapers.archive.archive_world import TurnedClock
from tests.standin import StandIn
from tests.standin.archive import ArchiveStandIn
from tests.standin.past import keep_past

WIDTH = 116
#: Of more changes of one kind and list, so many are printed.
MOST_LINES = 3
EXITS = {0: "done", 1: "failed", 3: "done, and something waits for a person"}


def main() -> None:
    """The demo is played and told on stdout."""
    say("Ten visits to a made-up copy of ICE's page on this machine; every agency, date and document is made up.")
    clock = TurnedClock()
    with (
        tempfile.TemporaryDirectory(prefix="ice-agreements-demo-") as folder,
        StandIn() as site,
        ArchiveStandIn(clock.now) as archive,
    ):
        home = Path(folder)
        os.environ.update(
            ICE_AGREEMENTS_HOME=folder, ICE_AGREEMENTS_SOURCE_URL=site.url,
            ICE_AGREEMENTS_CRAWL_DELAY_SECONDS="0", ICE_AGREEMENTS_BACKOFF_SECONDS="0",
            ICE_AGREEMENTS_ARCHIVE_URL=archive.url,
        )  # fmt: skip
        keep_past(archive, past_of_the_demo())
        bring_past(home, clock)
        lists = Lists.at_first()
        for number, act in enumerate(ACTS, 1):
            act.stage(site, lists)
            visit(home, number, act)
        with Store.open(home, read_only=True) as store:
            tell_log(store, since="2026-01-06")
            tell_publications(store)
            heading("What ICE lists now (ice-agreements totals)")
            say(totals(store)["sentence"])
            ending = next(c for c in read_log(store) if c["kind"] == "termination")
            heading(f"Why the log says so (ice-agreements explain {ending['id']})")
            say(explain_change(ending))


def visit(home: Path, number: int, act: Act) -> None:
    """`ice-agreements run` has been made at the act's time; what it fetched and stated is printed."""
    before = statements(home)
    out, errors = io.StringIO(), io.StringIO()
    with (
        time_machine.travel(act.at, tick=True),
        contextlib.redirect_stdout(out),
        contextlib.redirect_stderr(errors),
    ):
        code = scheduler.app(["run"], standalone_mode=False)
    heading(f"{number}. {act.at:%a} {act.at.day} {act.at:%b %Y, %H:%M} UTC: {act.happens}")
    lines = out.getvalue().splitlines()
    fetched = "; ".join(dict.fromkeys(line for line in lines if is_fetch(line)))
    say(f"$ ice-agreements run    -> exit code {code} ({EXITS[code]})", "  ")
    say(f"fetched: {fetched}", "  ")
    for line in errors.getvalue().splitlines():
        say(f"stderr: {line}", "  ")
    with Store.open(home, read_only=True) as store:
        news = [c for c in read_log(store) if (c["id"], c["status"]) not in before]
    tell_changes(news, "  ")


def bring_past(home: Path, clock: TurnedClock) -> None:
    """`ice-agreements backfill` has been made on the eve of the first visit; what it brought and stated is printed."""
    heading("Before the first visit: what the stand-in of the Internet Archive kept since 2007 (make history)")
    out = io.StringIO()
    with (
        time_machine.travel(ACTS[0].at - timedelta(days=1), tick=True),
        mock.patch("time.sleep", clock.sleep),  # the waits between two requests are only counted
        contextlib.redirect_stdout(out),
    ):
        code = scheduler.app(["backfill"], standalone_mode=False)
    say(f"$ ice-agreements backfill    -> exit code {code} ({EXITS[code]})", "  ")
    say(f"{out.getvalue().splitlines()[0]}; it would have taken {sum(clock.slept):.0f} seconds", "  ")
    with Store.open(home, read_only=True) as store:
        tell_changes([c for c in read_log(store) if c["kind"] != "amendment"], "  ")


def statements(home: Path) -> set[tuple[str, str]]:
    """Every change of the log so far with its status."""
    if not any(home.iterdir()):
        return set()
    with Store.open(home, read_only=True) as store:
        return {(c["id"], c["status"]) for c in read_log(store)}


def is_fetch(line: str) -> bool:
    """Whether a line of `run` says what became of a file."""
    return ".xlsx: " in line


def tell_changes(changes: Iterable[Mapping[str, Any]], indent: str) -> None:
    """Each change is a line; "no change" when there is none."""
    told = list(changes)
    for _, group in groupby(sorted(told, key=_list_and_kind), key=_list_and_kind):
        found = list(group)
        for c in found[:MOST_LINES]:
            say(change_line(c), indent)
        if len(found) > MOST_LINES:
            say(f"    and {len(found) - MOST_LINES} more of {found[0]['listed_on']}: {found[0]['kind']}", indent)
    if not told:
        say("no change", indent)


def _list_and_kind(c: Mapping[str, Any]) -> tuple[str, str]:
    return c["listed_on"], c["kind"]


def change_line(c: Mapping[str, Any]) -> str:
    """Date, kind, status, whose, and what: the essentials of a change."""
    head = f"{_days(c):<10}  {c['kind']:<17} {c['status']:<11}"
    if c["agency"] is None:
        return f"{head} {c['reason']}"
    what = ""
    if c["fields"]:
        what = "; ".join(f"{name}: {cell(c['before'], name)} -> {cell(c['after'], name)}" for name in c["fields"])
    elif c["kind"] == "signing":
        what = f"signed {c['signed_on']}"
    elif c["kind"] == "pending_withdrawn" and c["rule"] == "signed":
        what = "it signed"
    return f"{head} {c['state']} {c['agency']}, {c['support_type']}" + (f"  ({what})" if what else "")


def _days(c: Mapping[str, Any]) -> str:
    """The day of the list that shows the change; both days where the list before is long ago."""
    return " to ".join(wide_range(c["listed_between"]) or (c["listed_on"],))


def cell(row: Mapping[str, Any] | None, name: str) -> str:
    """A cell of a printed row, as it is read; the file's name of a document."""
    value = str((row or {}).get("normalised", {}).get(name) or (row or {}).get(name) or "blank")
    return value.rsplit("/", 1)[-1]


def tell_log(store: Store, since: str) -> None:
    heading(f"The change log (ice-agreements changes --since {since})")
    tell_changes(read_log(store, Filter(since=since)), "")


def tell_publications(store: Store) -> None:
    heading("Every list that was met (ice-agreements publications)")
    for p in read_publications(store.connection):
        reasons = "; ".join(p["reasons"])
        name = f"{p['published_on']}  {p['list']:<13}  {p['rows']:>3} rows  {p['status']:<9}  {p['file']}"
        say(name + (f"  ({reasons})" if reasons else ""))


def heading(text: str) -> None:
    print()
    say(text)


def say(text: str, indent: str = "") -> None:
    """The text is printed, folded to the width, later lines further in."""
    for line in text.splitlines():
        print(textwrap.fill(line, WIDTH, initial_indent=indent, subsequent_indent=indent + "    ",
                            break_long_words=False, break_on_hyphens=False))  # fmt: skip


if __name__ == "__main__":
    main()
