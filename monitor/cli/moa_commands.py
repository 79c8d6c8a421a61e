"""`ice-agreements moas`: the agreement documents, what they say, and where they are at odds with the list."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from db.database import Store, utc_now
from db.moa_models import MoaFilter
from monitor.cli.options import DbOption, FormatOption, StateOption, open_store, settings_with, to_state
from monitor.cli.output import Format, say, show, warn
from monitor.cli.report import progress_bar, track
from monitor.documents.events import read_events
from monitor.documents.library import Library
from monitor.documents.search import page_record, search
from monitor.service.moa_work import MoaIntake, fetching, read_and_compare
from monitor.service.work_lock import working

COLUMNS = {
    "file": "File", "outcome": "Outcome", "support_type": "Type", "agency_in_document": "Agency in the document",
    "template": "Template", "pages": "Pages", "ending.page": "Ending on", "signals": "Signals",
}  # fmt: skip
HIT_COLUMNS = {
    "file": "File", "page": "Page", "support_type": "Type", "agency": "Agency", "passage": "Passage",
}  # fmt: skip
EVENT_COLUMNS = {"at": "Seen", "kind": "What", "file": "File", "is_certain": "Certain", "agreement_ids": "Agreements"}
SEARCH_LIMIT = 50
HistoryOption = Annotated[
    bool, typer.Option("--history", help="What ICE did with documents: posted, replaced, taken down.")
]
SupportTypeOption = Annotated[
    str | None, typer.Option("--support-type", metavar="TYPE", help="JEM, WSO or TFM, by the document.")
]


class MoaCommand:
    """The command `moas`; `run` is what is typed."""

    def __init__(self, intake: MoaIntake) -> None:
        self._intake = intake

    def run(
        self,
        paths: Annotated[
            list[Path] | None, typer.Argument(help="With --import: saved documents (PDF), files or folders.")
        ] = None,
        import_: Annotated[bool, typer.Option("--import", help="Take in saved documents and read them.")] = False,
        manifest: Annotated[
            Path | None,
            typer.Option(metavar="CSV", help="With --import: documents and their addresses, columns file and url."),
        ] = None,
        fetch: Annotated[bool, typer.Option("--fetch", help="One pass: ask ICE for documents, within budget.")] = False,
        text: Annotated[
            str | None, typer.Option("--search", metavar="TEXT", help='Pages with these words; "phrases in quotes".')
        ] = None,
        missing: Annotated[
            bool, typer.Option("--missing", help="Listed addresses that no document is known of, and rows without one.")
        ] = False,
        at_odds: Annotated[
            bool, typer.Option("--at-odds", help="Documents that the list contradicts, for a person to look at.")
        ] = False,
        history: HistoryOption = False,
        state: StateOption = None,
        support_type: SupportTypeOption = None,
        template: Annotated[str | None, typer.Option("--template", help="Documents of this template.")] = None,
        year: Annotated[str | None, typer.Option("--year", metavar="YEAR", help="Signed in this year.")] = None,
        signal: Annotated[str | None, typer.Option("--signal", help="Documents with this signal.")] = None,
        outcome: Annotated[str | None, typer.Option("--outcome", help="Documents with this outcome.")] = None,
        form: FormatOption = Format.TABLE,
        db: DbOption = None,
    ) -> None:
        """Agreement documents: kept, missing, replaced, and at odds with the list."""
        if import_ and not paths and manifest is None:
            raise typer.BadParameter("name files or folders, or give --manifest", param_hint="PATHS")
        if (paths or manifest) and not import_:
            raise typer.BadParameter("give --import to take documents in", param_hint="PATHS")
        if import_ or fetch:
            self._work(paths or [], manifest, take_in=import_, fetch=fetch, db=db)
            return
        wanted = MoaFilter(to_state(state), support_type and support_type.upper(), template, year, signal, outcome)
        with open_store(db) as store:
            if history:
                show(read_events(store.connection), form, EVENT_COLUMNS, empty="nothing seen yet")
                return
            library = Library(store.connection)
            if text is not None:
                _show_hits(store, library, text, wanted, form)
                return
            records = library.missing() if missing else library.at_odds() if at_odds else None
            columns = {key: head for key, head in COLUMNS.items() if not (missing and key in ("pages", "ending.page"))}
            show(library.select(wanted, records), form, columns, empty="no documents; `moas --fetch` asks ICE for them")

    def _work(self, paths: list[Path], manifest: Path | None, *, take_in: bool, fetch: bool, db: Path | None) -> None:
        settings = settings_with(db)
        with Store.open(settings.home) as store:
            if fetch:
                with fetching(store, "`moas --fetch`"):
                    for line in asyncio.run(self._intake.fetch(store, settings, utc_now)):
                        say(line)
                    for line in self._intake.ask_archive(store, settings, utc_now):
                        say(line)
            with working(store, "`moas`"), progress_bar() as progress:
                if take_in:
                    taken, news = self._intake.import_saved(store, settings, paths, manifest)
                    say(f"{taken} documents taken in, {news} new")
                readings = read_and_compare(store, settings, self._intake, track(progress, "reading"))
        unread = [reading for reading in readings if reading.outcome != "kept"]
        for reading in unread:
            warn(f"{reading.sha256[:12]}: {reading.outcome}: {reading.detail}")
        say(f"{len(readings)} documents read, {len(unread)} of them unreadable")


def _show_hits(store: Store, library: Library, text: str, wanted: MoaFilter, form: Format) -> None:
    answer = search(store.connection, library, text, wanted, limit=SEARCH_LIMIT)
    rows = [page_record(hit) for hit in answer.hits]
    show(rows, form, HIT_COLUMNS, empty="no page has these words")
    if form is Format.TABLE and answer.total > len(rows):
        warn(f"{answer.total} pages in all; the best {len(rows)} are shown")
