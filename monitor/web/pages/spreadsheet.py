"""Tables as workbooks: dates are real dates, codes keep their zeros, no cell is a formula."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from datetime import datetime

from xlsxwriter import Workbook

from monitor.i18n.safe_text import reveal_invisible

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
Value = str | int | float | bool | None
_LONGEST_CELL = 32_767  # characters, of Excel


def write_workbook(columns: Sequence[tuple[str, str]], rows: Iterable[Sequence[Value]], made_on: str) -> bytes:
    """Return a workbook of the columns, (name, Frictionless type) each; `made_on` is the date the data are of."""
    out = io.BytesIO()
    with Workbook(out, {"in_memory": True}) as book:
        book.set_properties({"created": datetime.fromisoformat(made_on or "1970-01-01")})
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, [name for name, _ in columns], book.add_format({"bold": True}))
        sheet.freeze_panes(1, 0)
        sheet.ignore_errors({"number_stored_as_text": "A1:XFD1048576"})  # FIPS codes keep their zeros
        for row, values in enumerate(rows, 1):
            for number, ((_, kind), value) in enumerate(zip(columns, values, strict=True)):
                if kind == "date" and isinstance(value, str) and value:
                    sheet.write_datetime(row, number, datetime.fromisoformat(value[:10]), day)
                elif isinstance(value, str):
                    sheet.write_string(row, number, reveal_invisible(value)[:_LONGEST_CELL])
                elif value is not None:
                    sheet.write(row, number, value)
    return out.getvalue()
