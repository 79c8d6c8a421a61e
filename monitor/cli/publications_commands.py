"""The command about lists: `publications`."""

from __future__ import annotations

from db.queries.publication_list import read_publications
from monitor.cli.options import DbOption, FormatOption, open_store
from monitor.cli.output import Format, show

PUBLICATION_COLUMNS = {
    "published_on": "Published", "list": "List", "file": "File", "rows": "Rows", "status": "Status",
    "reasons": "Reasons",
}  # fmt: skip


def publications(format: FormatOption = Format.TABLE, db: DbOption = None) -> None:
    """List every list that was ever met, with its status and the reasons for it."""
    with open_store(db) as store:
        show(read_publications(store.connection), format, PUBLICATION_COLUMNS, empty="no list yet")
