"""One-pagers as PDF and maps as PNG, set by typst. Texts go in as data, so no cell can be taken for markup."""

from __future__ import annotations

import json
import threading
from functools import cache
from pathlib import Path
from typing import Any

import typst

TEMPLATES = Path(__file__).parent / "templates"
#: One compilation at a time: a `typst.Compiler` refuses a second thread while it works.
_COMPILING = threading.Lock()
_IMAGE = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 975pt)
"""


def svg_to_png(svg: str) -> bytes:
    """Return the drawing as PNG, 1950 pixels wide."""
    made = typst.compile(_IMAGE.encode(), format="png", ppi=144.0, sys_inputs={"svg": svg})
    return _bytes(made)


def set_sheet(sheet: dict[str, Any]) -> bytes:
    """Return a one-pager as PDF; the same facts give the same bytes."""
    inputs = {"sheet": json.dumps(sheet, ensure_ascii=False, sort_keys=True)}
    with _COMPILING:
        return _bytes(_compiler().compile(format="pdf", sys_inputs=inputs))


@cache
def _compiler() -> typst.Compiler:
    return typst.Compiler(str(TEMPLATES / "sheet.typ"))


def _bytes(made: Any) -> bytes:
    return made[0] if isinstance(made, list) else bytes(made)
