"""Notices to the operator: a problem is told once when it begins and once when it is over.

A notice is a row. After every job the problems there are now are compared with the open rows; a row is opened when a
problem begins and cleared when it is over. Telling (`monitor.service.health.notify`) reads the rows, so that a crash
in between loses none.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from db.database import Store
from db.queries.notices import clear_notice, open_notice, read_open_notices

#: Every notice there is, with what the operator does about it. docs/operations.md says more.
NOTICES = {
    "source_unreachable": "no list could be verified for too long; the log says what fails",
    "blocked": "ICE's site refuses us; nothing is evaded: open the page in a browser, and write to ICE if it continues",
    "layout_changed": "the page links no list we know; look at it, the program may need to learn the new form",
    "unknown_column": "ICE added or renamed a column; it is kept, and scrapers/readers/lookups.toml can learn its name",
    "unreadable_list": "a list came that cannot be read; its document is kept",
    "list_vanished": "the page no longer links a list it linked before",
    "held_list": "a list is held for a person: `ice-agreements review list`",
    "form_changed": "look at the newest; `ice-agreements review form SHA256 pending` (or participating) releases all",
    "nothing_new": "no new list for longer than usual; look at ICE's page in a browser",
    "outbox_stuck": "messages are due and are not leaving; look at the log and at the mail server",
    "mail_unusable": "the mail relay cannot be reached or refuses the login: `ice-agreements alerts test ADDRESS`",
    "sending_paused": "sending is paused: `ice-agreements sending`",
    "disk_low": "little space is left where the data is",
    "job_failing": "a job of the service failed several times in a row; `ice-agreements status` says why",
    "damage_found": "the database or archive is damaged: `ice-agreements doctor`, then restore a backup",
    "backup_missing": "backups are set up and none was made for two days",
    "clock_back": "the machine's clock is earlier than times already written; set it right",
}


class Problem(NamedTuple):
    """Something a person should know of. `subject` tells apart several problems of one code."""

    code: str
    subject: str
    text: str


def note_problems(store: Store, problems: Iterable[Problem], now: str) -> None:
    """Open a notice for each problem that began, and clear those of the problems that are over."""
    found = {(problem.code, problem.subject): problem for problem in problems}
    with store.writing() as connection:
        known = {(notice.code, notice.subject): notice for notice in read_open_notices(connection)}
        for key in [key for key in found if key not in known]:
            open_notice(connection, *key, found[key].text, now)
        for key in [key for key in known if key not in found]:
            clear_notice(connection, known[key].id, now)
