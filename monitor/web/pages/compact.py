"""Shorten published pages by what HTML needs not: end tags that may be left out, needless quotes, empty lines."""

from __future__ import annotations

import re

from jinja2.ext import Extension

#: What Jinja fills in or does; it may hold quotes of its own.
_JINJA = re.compile(r"(\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\})", re.DOTALL)
#: End tags that HTML gives to an element whose neighbor or parent ends, as each does in the templates.
_OPTIONAL_END = re.compile(r"</(?:li|dt|dd|th|td|tr|thead|tbody|option)>")
#: Tags of the page's two halves, which HTML finds by what stands in them.
_HALVES = re.compile(r"<head>|</head>\s*(?:<body>\s*)?|\s*</body>|\s*</html>")
#: Line ends beside tags around which white space says nothing.
_LINE_END = re.compile(
    r"\n+(?=</?(?:meta|link|title|head|body|header|main|footer|nav|section|div|p|ul|ol|li|dl|dt|dd|h[1-6]|table|caption|"
    r"thead|tbody|tr|th|td|form|figure|figcaption|details|script)\b)"
)
#: A value that needs no quotes, in a tag.
_QUOTED = re.compile(r"""="([^\s"'=<>`]+)"(?=[ >])""")


class Compact(Extension):
    """Shorten templates as they are loaded: what is rendered of them is the same to a parser of HTML."""

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """Return the template's source without what may be left out."""
        parts = _JINJA.split(source)
        parts[::2] = (_LINE_END.sub("", _HALVES.sub("", _OPTIONAL_END.sub("", text))) for text in parts[::2])
        return "".join(parts)


def shorten(html: str) -> str:
    """Return a rendered page without needless quotes; a text has none, as they are escaped there."""
    return _QUOTED.sub(r"=\1", html).replace("&#39;", "'")
