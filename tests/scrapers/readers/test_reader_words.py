"""The words by which readers report are each written down once."""

from __future__ import annotations

from collections.abc import Iterator

from scrapers import document_errors
from scrapers.document_errors import DamagedWorkbookError, DocumentError, ScraperError
from scrapers.readers import signals


def test_every_signal_has_a_meaning() -> None:
    """Each constant of `signals` is explained, and nothing else is."""
    codes = [value for name, value in vars(signals).items() if name.isupper() and isinstance(value, str)]
    assert sorted(codes) == sorted(signals.SIGNALS)
    assert all(meaning and "\n" not in meaning for meaning in signals.SIGNALS.values())


def test_every_error_stands_in_the_drawn_tree_with_its_code() -> None:
    """The tree at the top of errors.py names each class and code; codes are distinct."""
    classes = list(_below(DocumentError))
    drawn = document_errors.__doc__ or ""
    assert all(f"── {kind.__name__} " in drawn and f" {kind.code}" in drawn for kind in classes)
    assert len({kind.code for kind in classes}) == len(classes) == 11


def test_an_error_says_what_where_what_was_seen_and_what_to_do_in_one_line() -> None:
    """All four stand in its text, and the value is cut at 200 characters."""
    error = DamagedWorkbookError("a part is broken", file="a.xlsx", sheet="Sheet1", row=3, value="x" * 999)
    expected = f"a part is broken (a.xlsx, sheet 'Sheet1', row 3); saw '{'x' * 200}'; fetch it again"
    assert str(error) == expected
    assert isinstance(error, ScraperError)


def _below(kind: type[DocumentError]) -> Iterator[type[DocumentError]]:
    for child in kind.__subclasses__():
        yield child
        yield from _below(child)
