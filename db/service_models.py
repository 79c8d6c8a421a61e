"""Records of the unattended service: its runs, jobs and notices, the lists that wait for a person, and its status.

Times ending in ``_at`` are as the store writes them (UTC, ISO 8601 with a ``Z``); None means that it never happened.
"""

from __future__ import annotations

from dataclasses import dataclass

from db.models import ListName


@dataclass(frozen=True, slots=True)
class ListFreshness:
    """How up to date one list is. Days are ISO dates."""

    list: ListName
    known_until: str | None  # day of the newest accepted publication
    held_since: str | None  # day of the first held publication after it
    held_days: int  # from that day until today
    held: int  # publications held since
    in_a_row: int  # of them, the newest ones that are held for one and the same reason
    reason: str  # the code of that reason
    newest_held: str  # sha256 of the newest held one


@dataclass(frozen=True, slots=True)
class Run:
    """One pass over the source. `outcome` is None while it lasts (docs/reasons.md lists the outcomes)."""

    started_at: str
    finished_at: str | None
    outcome: str | None
    detail: str


@dataclass(frozen=True, slots=True)
class JobRun:
    """What is remembered of a job: its last start and end, its last success, and its failures in a row."""

    started_at: str
    finished_at: str | None
    outcome: str | None  # "good", "failed" or "put off"
    detail: str
    good_at: str | None
    failures: int


@dataclass(frozen=True, slots=True)
class Notice:
    """A problem the operator is told of once when it begins and once when it is over."""

    id: int
    code: str  # docs/operations.md lists the codes
    subject: str  # tells apart several problems of one code
    raised_at: str
    text: str
    cleared_at: str | None = None


@dataclass(frozen=True, slots=True)
class NewestList:
    """The newest accepted participating list."""

    file: str
    published_on: str
    rows: int
    first_seen_at: str
    source: str  # the host it was had from: ICE's, or the Internet Archive's
    second_hand: bool  # had from the Internet Archive, and not from ICE so far


@dataclass(frozen=True, slots=True)
class Status:
    """The state of the store and of the service, as `status`, /healthz, /metrics and the notices show it.

    `fresh` is true when the lists were *verified* within the setting `silent_hours`: a check that failed never counts.
    """

    home: str
    version: str
    last_run: Run | None
    last_verified_at: str | None  # when any list was last verified
    newest_list: NewestList | None
    documents: int
    publications: int
    agencies: int
    listed_agreements: int
    changes: int
    provisional: int
    needs_review: int
    lists: list[ListFreshness]  # how up to date each list is
    held_lists: int
    wanted_lists: int
    service_running: bool
    verified_at: str | None  # when the page and every list it links were last verified together
    verified_hours_ago: float | None
    fresh: bool
    failed_runs_in_a_row: int
    open_reviews: int
    outbox_waiting: int
    sending_paused: str | None  # why
    source_asked_to_wait_until: str | None
    moa_documents: int
    moa_bytes: int
    database_bytes: int
    disk_free_bytes: int
    jobs: dict[str, JobRun]
    notices: tuple[Notice, ...]


@dataclass(frozen=True, slots=True)
class WaitingList:
    """A list held for a person that no later accepted list has made up for."""

    sha256: str
    file: str
    list: str
    linked_as: str
    published_on: str
    published_at: str
    rows: int
    first_seen_at: str
    reasons: tuple[str, ...]
