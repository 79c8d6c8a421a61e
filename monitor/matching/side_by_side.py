"""Which names ever stood on one list together: the strongest evidence that two names are two agencies."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from db.models import Listing
from monitor.changelog.history import Accepted, NameKey, name_key

Run = tuple[int, int]  # first and last position, both within


class WholeHistory:
    """Every accepted publication, earlier and later ones alike: what a rebuild asks."""

    def __init__(self, publications: Iterable[Accepted], listings: Mapping[int, Listing]) -> None:
        self._runs: dict[tuple[str, str], dict[NameKey, list[Run]]] = defaultdict(lambda: defaultdict(list))
        open_runs: dict[str, dict[int, int]] = {}
        last = 0
        for publication in publications:
            running = open_runs.setdefault(publication.list, {})
            shown = set(publication.listing_ids)
            for listing_id in [i for i in running if i not in shown]:
                self._close(publication.list, listings[listing_id], running.pop(listing_id), publication.position - 1)
            for listing_id in shown:
                running.setdefault(listing_id, publication.position)
            last = publication.position
        for list_name, running in open_runs.items():
            for listing_id, first in running.items():
                self._close(list_name, listings[listing_id], first, last)

    def overlap(self, list_name: str, support: str, a: NameKey, b: NameKey) -> bool:
        """Whether some publication of the list shows both names under the support type."""
        runs = self._runs.get((list_name, support))
        if runs is None or a not in runs or b not in runs:
            return False
        return any(x[0] <= y[1] and y[0] <= x[1] for x in runs[a] for y in runs[b])

    def _close(self, list_name: str, listing: Listing, first: int, last: int) -> None:
        if last >= first:
            self._runs[(list_name, listing.support_code or "")][name_key(listing)].append((first, last))
