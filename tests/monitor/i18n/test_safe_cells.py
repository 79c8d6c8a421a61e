"""Cells of a CSV that is imported again: none is a formula to a spreadsheet, each comes back as it was."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from monitor.i18n.safe_text import marked_cell, unmarked_cell


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@x", " =1", "\t=1", "'=1", "''=1", "' =1"])
def test_no_cell_begins_a_formula(text: str) -> None:
    assert marked_cell(text) == f"'{text}"


@given(st.text(alphabet="'=+-@ \ta\n") | st.text())
def test_every_cell_comes_back_as_it_was(text: str) -> None:
    assert unmarked_cell(marked_cell(text)) == text
