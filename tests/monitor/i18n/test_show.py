"""What templates print of a value."""

from __future__ import annotations

from markupsafe import Markup, escape

from monitor.i18n.safe_text import reveal_invisible
from monitor.i18n.templates import show


def test_a_template_prints_every_character_as_escaped_and_revealed() -> None:
    """What is printed at once, since nothing need be done, is what Jinja's own steps would have made of it."""
    for code in (*range(0xD800), *range(0xE000, 0x10000), 0x1F693, 0xE0001):
        text = f"a{chr(code)}b"
        assert show(text) == escape(reveal_invisible(text)), hex(code)
    assert show(None) == ""
    assert show(7) == "7"
    assert show(Markup("<b>")) == "<b>"
