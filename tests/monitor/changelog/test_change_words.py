"""What a change says, how sure it is, why it was withdrawn and what was weighed: one set of words for every reader."""

from __future__ import annotations

from typing import Any, get_args

import pytest

from monitor.changelog.change_words import (
    EVIDENCE,
    VALUES,
    find_reason_agreement,
    name_sides,
    say_evidence,
    say_kind,
    say_reason,
    say_status,
)
from monitor.i18n.language import language
from monitor.matching.similarity import Kind
from tests.monitor.changelog.test_words_for_readers import ROW, change

SPANISH = language("es")


@pytest.mark.parametrize("kind", get_args(Kind))
def test_each_likeness_of_two_names_is_in_words_in_both_languages(kind: str) -> None:
    made = change(evidence={"names": kind})
    ((_, english),), ((_, spanish),) = say_evidence(made), say_evidence(made, SPANISH)
    assert english == VALUES["names", kind] != kind
    assert spanish not in (english, kind)


def test_each_kind_of_evidence_is_called_something_in_both_languages() -> None:
    evidence: dict[str, Any] = dict.fromkeys(EVIDENCE, True) | {"names": "retyped"}
    english, spanish = (say_evidence(change(evidence=evidence), words) for words in (language("en"), SPANISH))
    assert len(english) == len(spanish) == len(EVIDENCE)
    assert [name for name, _ in english if name in {name for name, _ in spanish}] == []
    assert {said for _, said in spanish} == {"sí", "iguales, salvo errores de tecleo"}


@pytest.mark.parametrize("blank", [None, "", "N/A"])
def test_dates_that_no_row_has_were_not_weighed(blank: str | None) -> None:
    """Rows of the pending list have no signing date: two blanks are not "the same"."""
    row = {**ROW, "signed_on": blank}
    evidence = {"dates": "same", "names": "equal"}
    names = [name for name, _ in say_evidence(change(before=row, after=row, evidence=evidence))]
    assert names == ["the two names are"]
    dated = [name for name, _ in say_evidence(change(before=row, after=ROW, evidence=evidence))]
    assert dated == ["the two signing dates are", "the two names are"]


def test_what_came_with_the_withdrawal_is_no_reason_for_what_was_said_before() -> None:
    evidence = {"back_after_days": 3, "pending_since": "2030-11-01"}
    assert len(say_evidence(change(evidence=evidence))) == 2
    assert say_evidence(change(evidence=evidence, status="retracted")) == [("it was pending since", "2030-11-01")]


@pytest.mark.parametrize("rule", ["signed", "no_longer_listed"])
def test_a_provisional_withdrawal_from_the_pending_list_speaks_of_that_list(rule: str) -> None:
    """An agency that was signed meanwhile is on the participating list: no list lacks "the agreement"."""
    made = change(kind="pending_withdrawn", status="provisional", rule=rule)
    assert say_status(made) == "ICE's newest pending lists lack the row; ten days from the first of them decide."
    assert "agreement" in say_status(change(status="provisional"))
    assert say_status(change(kind="pending_withdrawn", rule=rule)) == "The statement holds."


def test_a_row_that_is_pending_again_is_no_agreement_listed_again() -> None:
    said = say_kind(change(kind="pending_listed", rule="returned"))
    assert said == "ICE's pending list shows this agency and support type again, after a time when it did not."
    assert say_kind(change(kind="pending_listed", rule="first_listed")).endswith("no earlier one kept here does.")
    assert say_kind(change(kind="reinstatement", rule="returned")).startswith("The agreement is listed again")


def test_two_rows_of_one_list_are_no_before_and_after() -> None:
    twice = change(kind="amendment", rule="listed_twice", after=ROW)
    assert say_kind(twice) == "The same agreement has two rows on one list."
    assert name_sides(twice) == ("One row", "Another row")
    assert name_sides(twice, SPANISH) == ("Una fila", "Otra fila")
    assert name_sides(change(kind="amendment", rule="cell_changed")) == ("Before", "After")


@pytest.mark.parametrize(
    ("reason", "english", "spanish", "agreement"),
    [
        ("listed again on 2031-02-01", "ICE's list of February 1, 2031 shows it again.", "1 de febrero de 2031", ""),
        ("renewed: oh-a-tfm-2031-01-30 was first listed on 2031-02-01",
         "ICE's list of February 1, 2031 has it under a later signing date.", "1 de febrero de 2031",
         "oh-a-tfm-2031-01-30"),
        ("a second row of oh-a-tfm-2031-01-30, no longer listed on 2031-02-01",
         "It was a second row of an agreement that ICE lists once.", "segunda fila", "oh-a-tfm-2031-01-30"),
        ("a reviewer ruled that it goes on in another row, first listed on 2031-02-01",
         "A reviewer found that it goes on in another row, which ICE's list of February 1, 2031 shows.",
         "1 de febrero de 2031", ""),
        ("dismissed by Ann: a slip", "A reviewer found that it does not stand.", "revisor", ""),
        ("overturned by a reviewer's ruling", "A reviewer found that it does not stand.", "revisor", ""),
        ("oh-a-tfm-2030-01-30: listed again on 2031-02-01",
         "ICE's list of February 1, 2031 shows the older agreement again.", "acuerdo anterior", "oh-a-tfm-2030-01-30"),
        ("oh-a-tfm-2030-01-30: dismissed by Ann: a slip", "The ending of the older agreement does not stand.",
         "acuerdo anterior", "oh-a-tfm-2030-01-30"),
        ("overturned: the lists known now, or better rules, no longer say so", "The lists known now no longer say so.",
         "listas", ""),
    ],
)  # fmt: skip
def test_why_a_statement_was_withdrawn_is_told_with_it(reason: str, english: str, spanish: str, agreement: str) -> None:
    """Each form that the log gives a reason; what it names can be linked."""
    made = change(status="retracted", reason=reason)
    assert say_reason(made) == english
    assert say_kind(made) == f"The statement was withdrawn. {english}"
    assert spanish in say_reason(made, SPANISH)
    assert find_reason_agreement(made) == agreement
    assert say_status(made) == ""
