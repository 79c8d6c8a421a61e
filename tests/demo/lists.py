"""The demo's lists: every agency, county, date and document is made up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date

from tests.workbooks import PARTICIPATING, PENDING, Cell, make_workbook

_COUNTIES = (
    "Alder Aspen Basswood Beech Birch Boxwood Buckthorn Catalpa Chestnut Cottonwood Cypress Dogwood Elderberry"
    " Ginkgo Hackberry Hazelnut Hawthron Hemlock Hickory Hornbeam Ironwood Juniper Larch Linden Magnolia Mahogany"
    " Maple Mulberry Palmetto Persimmon Poplar Redbud Redwood Rosewood Sassafras Spruce Sumac Sycamore Tamarack"
    " Tupelo Walnut Willow"
).split()
_STATES = ("FLORIDA", "GEORGIA", "TENNESSEE")
_TYPES = ("Task Force Model", "Warrant Service Officer", "Jail Enforcement Model")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the participating list; without a document its MOA cell says `link pending`."""

    county: str
    state: str = "FLORIDA"
    support_type: str = "Task Force Model"
    signed: date = date(2025, 12, 15)
    document: str = ""


@dataclass
class Lists:
    """Both lists as they stand; a day of the demo changes them and posts them."""

    participating: list[Row] = field(default_factory=list)
    pending: list[str] = field(default_factory=list)

    @classmethod
    def at_first(cls) -> Lists:
        """Forty-two participants, one of them misspelt, and three counties whose agreements are pending."""
        rows = []
        for number, county in enumerate(_COUNTIES):
            signed = date(2025, 9 + number % 4, 1 + number % 28)
            document = f"https://www.ice.gov/doclib/287gMOA/Made_Up_{county}.pdf" if county != "Willow" else ""
            rows.append(Row(county, _STATES[number % 3], _TYPES[number // 3 % 3], signed, document))
        return cls(rows, ["Mesquite", "Pecan", "Juneberry"])

    def sign(self, county: str, state: str, signed: date, support_type: str = "Task Force Model") -> None:
        """The county's agreement is on the participating list, its document not yet linked."""
        self.participating.append(Row(county, state, support_type, signed))

    def change(self, which: str, /, **cells: str) -> None:
        """The row of the county `which` says something else."""
        self.participating = [replace(r, **cells) if r.county == which else r for r in self.participating]  # type: ignore[arg-type]

    def drop(self, county: str) -> None:
        """The county's row is gone."""
        self.participating = [r for r in self.participating if r.county != county]

    def participating_bytes(self, saved_at: str, rows: int | None = None) -> bytes:
        """The participating list (its first `rows` rows) as a workbook saved at that time."""
        cells: list[tuple[Cell, ...]] = [PARTICIPATING]
        links = {}
        for number, r in enumerate(self.participating[:rows], 2):
            moa = "link" if r.document else "link pending"
            county = f"{r.county} County"
            cells.append((r.state, f"{county} Sheriff's Office", "County", county, r.support_type, r.signed, moa, ""))
            if r.document:
                links[f"G{number}"] = r.document
        return make_workbook(cells, links, modified=saved_at)

    def pending_bytes(self, saved_at: str) -> bytes:
        """The pending list as a workbook saved at that time."""
        rows = [
            ("TEXAS", f"{c} County Sheriff's Office", "County", f"{c} County", "Task Force Model") for c in self.pending
        ]
        return make_workbook([PENDING, *rows], modified=saved_at)
