"""One-pagers as PDF, maps and pictures of shared links as PNG, set by typst; texts go in as data, never as markup."""

from __future__ import annotations

import io
import json
import threading
from collections import Counter
from functools import cache, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import segno

from monitor.i18n.safe_text import reveal_invisible

if TYPE_CHECKING:
    import typst

#: Pictures of shared links that are kept; colors of a PNG, with which it is a third of the bytes.
KEPT_CARDS, MOST_COLORS = 64, 64
#: The font of figures: typst's own, and where an SVG is opened without it, whichever has serifs there.
FONT = "Libertinus Serif, Georgia, serif"
TEMPLATES = Path(__file__).parent / "templates"
#: One compilation at a time: a `typst.Compiler` refuses a second thread while it works.
_COMPILING = threading.Lock()
_IMAGE = """#set page(width: auto, height: auto, margin: 0pt)
#image(bytes(sys.inputs.svg), format: "svg", width: 975pt)
"""


def svg_to_png(svg: str) -> bytes:
    """Return the drawing as PNG, 1950 pixels wide, in typst's own font: the same picture on every machine."""
    import typst  # ten megabytes: `serve` leaves it to its second process

    made = typst.compile(
        _IMAGE.encode(), format="png", ppi=144.0, sys_inputs={"svg": svg}, ignore_system_fonts=True
    )  # fmt: skip
    return _with_few_colors(_bytes(made))


def set_sheet(sheet: dict[str, Any]) -> bytes:
    """Return a one-pager as PDF; the same facts give the same bytes."""
    return _set("sheet.typ", _as_json(sheet), "pdf")


def draw_qr(address: str) -> str:
    """Return the address as a QR code in SVG, with the quiet border that readers of such codes need."""
    return str(segno.make(address, error="m", micro=False).svg_inline(border=4, light="#fff"))


def set_card(card: dict[str, Any]) -> bytes:
    """Return the picture of a shared link as PNG, 1200 by 630; the last ones are kept by what they tell."""
    return _kept_card(_as_json(card))


def set_strip(strip: dict[str, Any]) -> bytes:
    """Return a strip of text as PNG, a point a pixel."""
    return _set("strip.typ", _as_json(strip), "png")


@lru_cache(maxsize=KEPT_CARDS)
def _kept_card(told: str) -> bytes:
    return _with_few_colors(_set("card.typ", told, "png"))


def _with_few_colors(png: bytes) -> bytes:
    """The picture with a palette of 64, each the very color that most of its pixels had: classes stay as they are."""
    from PIL import Image

    picture, out = Image.open(io.BytesIO(png)).convert("RGB"), io.BytesIO()
    few = picture.quantize(MOST_COLORS, Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    some = (picture.width // 5, picture.height // 5)
    codes, colors = (part.resize(some, Image.Resampling.NEAREST).tobytes() for part in (few, picture))
    found = Counter(zip(codes, zip(colors[::3], colors[1::3], colors[2::3], strict=True), strict=True))
    palette = few.getpalette() or []
    for (code, color), _ in reversed(found.most_common()):
        palette[3 * code : 3 * code + 3] = color
    few.putpalette(palette)
    few.save(out, "PNG")
    return out.getvalue()


def _set(template: str, told: str, form: Literal["pdf", "png"]) -> bytes:
    with _COMPILING:
        return _bytes(_compiler(template).compile(format=form, ppi=72.0, sys_inputs={"told": told}))


@cache
def _compiler(template: str) -> typst.Compiler:
    import typst

    return typst.Compiler(str(TEMPLATES / template))


def _as_json(told: dict[str, Any]) -> str:
    return json.dumps(_revealed(told), ensure_ascii=False, sort_keys=True)


def _revealed(value: Any) -> Any:
    """The value with invisible characters written out, as the templates do."""
    if isinstance(value, dict):
        return {key: _revealed(part) for key, part in value.items()}
    return [_revealed(part) for part in value] if isinstance(value, (list, tuple)) else reveal_invisible(value)


def _bytes(made: Any) -> bytes:
    return made[0] if isinstance(made, list) else bytes(made)
