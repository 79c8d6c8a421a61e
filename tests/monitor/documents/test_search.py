"""Words and phrases are found on their pages; what means something to the index alone means nothing to readers."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from monitor.documents.search import to_expression
from tests.monitor.documents.agreements import write_agreement
from tests.monitor.documents.shelf import run


@pytest.mark.parametrize(
    ("text", "expression"),
    [
        ("notice", '"notice"'),
        ('"90-day" notice', '"90-day" AND "notice"'),
        ('"written notice', '"written notice"'),
        ("notice -suspension", '"notice" NOT "suspension"'),
        ('notice -"in writing"', '"notice" NOT "in writing"'),
        ("-notice", ""),
        ("", ""),
        ('"" - !', ""),
        ("no\x00tice \udc80", '"no tice"'),  # the index would end the words at the zero, and cannot take the other
        ("NEAR(a b) OR body:x*", '"NEAR(a" AND "b)" AND "OR" AND "body:x*"'),
    ],
)
def test_a_text_becomes_an_expression(text: str, expression: str) -> None:
    assert to_expression(text) == expression


def test_the_command_finds_pages(tmp_path: Path) -> None:
    write_agreement(tmp_path / "a.pdf", "Baker County Sheriff's Office")
    write_agreement(tmp_path / "b.pdf", "Clay County Sheriff's Office", days=30)
    run("moas", "--import", str(tmp_path), home=tmp_path / "home")
    hits = json.loads(run("moas", "--search", '"90-day" notice', "--format", "json", home=tmp_path / "home").stdout)
    assert [(hit["file"], hit["page"]) for hit in hits] == [("a.pdf", 2)]
    assert "*90-day* written *notice*" in hits[0]["passage"]
    found = run("moas", "--search", "terminates", home=tmp_path / "home")  # by the word's stem
    assert found.stdout.count(".pdf") == 2
    assert run("moas", "--search", "helicopter", home=tmp_path / "home").stdout == "no page has these words\n"
