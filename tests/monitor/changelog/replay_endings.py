"""The lists of February to September 2025 taken in one by one, with a check of ICE's page every morning.

`python -m tests.monitor.changelog.replay_endings` prints when each ending was told, and what was taken back.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import cast

from db.database import Store
from db.models import Fetch, ListName
from db.queries import fetches
from monitor.changelog.log import Filter, read_log
from monitor.changelog.rebuild import derive
from monitor.publications.dating import eastern_day
from tests.monitor.alerts.replay import moments, take_in


@dataclass(frozen=True, slots=True)
class ToldEnding:
    """An ending that the log once said to be confirmed."""

    change_id: str
    first_missing_on: str
    confirmed_on: str
    retracted: bool  # in the end

    @property
    def days(self) -> int:
        """Days from the first list without the row to the day on which the ending was told."""
        return (date.fromisoformat(self.confirmed_on) - date.fromisoformat(self.first_missing_on)).days


def replay_endings(store: Store, begin: str = "2025-02-21", end: str = "2025-10-06") -> list[ToldEnding]:
    """Return the endings of the participating list that were told as confirmed while the lists came one by one."""
    confirmed: dict[str, str] = {}
    newest: dict[str, Fetch] = {}
    for now, path, linked_as in moments(begin, end):
        if path is not None:
            take_in(store, path, linked_as, now)
            sha256 = store.archive.put(path.read_bytes())
            newest[linked_as] = Fetch(
                url=f"https://www.ice.gov/{path.name}", requested_at=now, outcome="same", status=200, sha256=sha256,
                role="list", linked_as=cast(ListName, linked_as) if linked_as else None, file_name=path.name,
            )  # fmt: skip
        else:
            for fetch in newest.values():  # ICE is asked, and serves still what it served last
                fetches.record_fetch(store, None, replace(fetch, requested_at=now))
        stated = derive(store, now=now).stated
        for change in read_log(store, Filter(kind="termination", status="confirmed")) if stated else ():
            confirmed.setdefault(change["id"], eastern_day(now))
    last = {change["id"]: change for change in read_log(store, Filter(kind="termination"))}
    return [
        ToldEnding(i, last[i]["listed_on"], told_on, last[i]["status"] == "retracted")
        for i, told_on in confirmed.items()
    ]


def main() -> None:
    """Print each ending told as confirmed."""
    with tempfile.TemporaryDirectory() as home, Store.open(Path(home)) as store:
        told = replay_endings(store)
        for ending in told:
            print(ending.change_id, ending.first_missing_on, ending.confirmed_on, ending.days, ending.retracted)
        print(
            f"{len(told)} told, {sum(e.retracted for e in told)} taken back, at most {max(e.days for e in told)} days"
        )


if __name__ == "__main__":
    main()
