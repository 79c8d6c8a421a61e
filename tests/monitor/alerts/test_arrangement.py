"""What comes first in a message, what is said once, and what its subject says."""

from __future__ import annotations

import pytest

from monitor.alerts.arrange import group_changes, merge_changes
from monitor.alerts.chat import write_lines
from monitor.alerts.describe_change import ChangeText
from monitor.alerts.subject import make_subject
from monitor.i18n.labels import NEWS_KINDS
from monitor.i18n.language import language
from tests.monitor.alerts.told import SITE, of

LOUDOUN = "Loudoun County Sheriff's Office"


@pytest.mark.parametrize(
    ("told", "english", "spanish"),
    [
        (
            of("signing", agency=LOUDOUN, place="Loudoun County, Virginia"),
            f"{LOUDOUN} (VA): new Task Force agreement",
            f"{LOUDOUN} (VA): acuerdo nuevo (Grupo operativo)",
        ),
        (
            of("termination", agency=LOUDOUN, place="Virginia", model="JEM"),
            f"{LOUDOUN} (VA): Jail Enforcement agreement no longer listed by ICE",
            f"{LOUDOUN} (VA): acuerdo que ya no figura en la lista de ICE (Aplicación en cárceles)",
        ),
        (
            of("termination", agency=LOUDOUN, place="Virginia", what="correction"),
            f"{LOUDOUN} (VA): correction about its Task Force agreement",
            f"{LOUDOUN} (VA): rectificación sobre su acuerdo (Grupo operativo)",
        ),
        (
            of("pending_withdrawn", agency=LOUDOUN, place="Virginia", what="early"),
            f"{LOUDOUN} (VA): unconfirmed: Task Force agreement no longer pending",
            f"{LOUDOUN} (VA): sin confirmar: el acuerdo (Grupo operativo) ya no está pendiente",
        ),
        (
            of("termination", agency=LOUDOUN, place="Virginia", unsettled=True),
            f"{LOUDOUN} (VA): Task Force agreement replaced or dropped by ICE",
            f"{LOUDOUN} (VA): ICE sustituyó o retiró el acuerdo (Grupo operativo)",
        ),
        (
            of("signing", 12, "Florida") + of("termination", 2, "Florida", "early") + of("termination", 1, "Florida"),
            "1 no longer listed, 2 no longer listed (unconfirmed), 12 new agreements in Florida",
            "1 que ya no figura, 2 que ya no figuran (sin confirmar), 12 acuerdos nuevos en Florida",
        ),
        (
            of("termination", 2, "Florida") + of("renewal", 1, "Georgia"),
            "2 no longer listed, 1 renewed in Florida and Georgia",
            "2 que ya no figuran, 1 renovado en Florida y Georgia",
        ),
        (
            of("signing", 1, "Georgia") + of("signing", 1, "Texas") + of("termination", 1, "Florida", "correction"),
            "1 correction, 2 new agreements in 3 states",
            "1 rectificación, 2 acuerdos nuevos en 3 estados",
        ),
        (
            of("termination", 1, "Texas") + of("signing", 3, "Texas") + of("renewal", 1, "Texas")
            + of("switch", 1, "Texas") + of("pending_listed", 4, "Texas"),
            "1 no longer listed, 3 new agreements, 1 renewed, 5 other changes in Texas",
            "1 que ya no figura, 3 acuerdos nuevos, 1 renovado, 5 cambios más en Texas",
        ),
    ],
)  # fmt: skip
def test_the_subject_names_the_agency_or_counts(told: list[ChangeText], english: str, spanish: str) -> None:
    assert make_subject(told, language("en")) == english
    assert make_subject(told, language("es")) == spanish


def test_corrections_come_first_then_endings_returns_signings_and_the_rest_folded() -> None:
    """Written down by hand; within a group by state, its own agencies first, then by county."""
    told = [
        *of("pending_listed", 1, "Texas", agency="P"), *of("signing", 1, "Lee County, Florida", agency="S2"),
        *of("reinstatement", 1, "Texas", agency="R"), *of("signing", 1, "Bay County, Florida", agency="S1"),
        *of("termination", 1, "Georgia", agency="E"), *of("termination", 1, "Texas", "correction", agency="C"),
        *of("signing", 1, "Alabama", agency="S0"), *of("signing", 1, "Florida", agency="Z"),
        *of("list_event", 1, agency="L"),
    ]  # fmt: skip
    groups = group_changes(told, language("en"))
    assert [(g.name, [c.agency for c in g.changes], g.folded) for g in groups] == [
        ("Corrections", ["C"], False),
        ("No longer listed by ICE", ["E"], False),
        ("Listed again", ["R"], False),
        ("New and renewed agreements", ["S0", "Z", "S1", "S2"], False),
        ("Pending list", ["P"], True),
        ("About the lists", ["L"], True),
    ]


@pytest.mark.parametrize("kind", list(NEWS_KINDS))
def test_every_kind_has_a_group_and_words_in_the_subject(kind: str) -> None:
    one = of(kind, agency="A", place="Texas")
    (group,) = group_changes(one, language("en"))
    assert list(group.changes) == one
    assert make_subject(one, language("en")).startswith("A (TX): ")
    assert make_subject(of(kind, 2), language("en")).startswith("2 ")


def test_a_chat_post_begins_with_what_matters_most() -> None:
    """Of 13 changes ten have a line: the correction and the ending are not among those left out."""
    told = [*of("pending_listed", 11, "Texas"), *of("termination", 1, "Texas", agency="E"),
            *of("termination", 1, "Texas", "correction", agency="C")]  # fmt: skip
    lines = write_lines(told, language("en"), SITE)
    assert [line.split("]")[0] for line in (lines[0], lines[1], lines[-1])] == ["- [C", "- [E", "- [3 more changes"]
    assert len(lines) == 11


def merged(*told: list[ChangeText]) -> list[tuple[str, str, str]]:
    return [(c.what, c.kind, c.told_before) for c in merge_changes([c for part in told for c in part])]


def test_a_correction_that_a_return_explains_is_said_by_the_return() -> None:
    """Wyoming, 2025: one mail said of one agreement that its end did not stand, and that it was listed again."""
    said = "This corrects our message of July 25, 2025."
    correction = of("termination", agency="A", what="correction", before=said)
    assert merged(correction, of("reinstatement", agency="A")) == [("news", "reinstatement", said)]
    assert merged(correction, of("renewal", agency="A")) == [("news", "renewal", said)]
    both = [("correction", "termination", said), ("news", "reinstatement", "")]
    assert merged(correction, of("reinstatement", agency="B")) == both, "another agency"
    assert merged(correction, of("reinstatement", agency="A", model="JEM")) == both, "another agreement of the agency"


def test_a_signing_says_that_the_agency_left_the_pending_list() -> None:
    pending = of("pending_listed", agency="A") + of("pending_withdrawn", agency="A")
    assert merged(pending, of("signing", agency="A")) == [("news", "signing", "")]
    assert len(merged(pending)) == 2
    assert len(merged(pending, of("signing", agency="B"))) == 3
