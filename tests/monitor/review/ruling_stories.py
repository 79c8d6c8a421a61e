"""Stories of what people rule and of what comes in between: drawn ones, and some written out.

Lists held for every reason, rulings of every kind by two people, in bulk, imported and undone; lists come in between.
"""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from tests.histories import Posting, Row, agencies, many

BAKER, BAY, CLAY, DIXIE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Clay County Sheriff's Office",
    "Dixie County Sheriff's Office",
)  # fmt: skip
OLD, NEW = Row("Alder Springs Constable", signed="2025-03-03"), Row("Quarry Police Department", signed="2025-03-04")
CROWD, OTHERS = many(6), agencies(*(f"Borough {n} Marshal" for n in range(6)))
PENDING = agencies("Calhoun Constable", "Perry Police Department", "Osceola Marshal")
FIRST = Posting((BAKER, BAY, OLD, *CROWD), "2025-06-02T14:00:00Z", "a.xlsx")
#: In no order but the first's: each may arrive at any time after it.
LATER = (
    Posting(PENDING, "2025-06-03T14:00:00Z", "pendingAgencies06032025.xlsx", "pending", "pending"),
    Posting((BAKER, NEW, *CROWD), "2025-06-04T14:00:00Z", "b.xlsx"),
    Posting((BAKER, NEW, *CROWD[:1]), "2025-06-05T14:00:00Z", "c.xlsx"),  # shrunk: 5 of 8 rows are gone
    Posting((BAKER, NEW, DIXIE, *CROWD), "2025-06-06T14:00:00Z", "d.xlsx", linked_as="pending"),  # swapped
    Posting((BAKER, NEW, *OTHERS), "2025-06-07T14:00:00Z", "e.xlsx"),  # churned: 6 of 8 rows are others
    Posting((), "2025-06-08T14:00:00Z", "f.xlsx"),  # emptied
    Posting((*PENDING[:1], *CROWD), "2025-06-09T14:00:00Z", "pendingAgencies06092025.xlsx", "pending"),  # unclear
    Posting((BAKER, NEW, CLAY, *CROWD), "2025-06-10T14:00:00Z", "g.xlsx"),
)
KINDS = ("same", "distinct", "dismiss", "confirm", "release", "release as", "reject", "form", "bulk", "import")
DOING = st.tuples(
    st.sampled_from((*KINDS, "undo", "undo", "undo", "send")), st.integers(0, 60), st.sampled_from(("Ann", "Ben"))
)
STORIES = st.permutations(LATER).flatmap(
    lambda lists: st.tuples(st.just(lists[:6]), st.lists(st.lists(DOING, max_size=2), min_size=7, max_size=7))
)

Story = tuple[Sequence[Posting], Sequence[Sequence[tuple[str, int, str]]]]

#: The ruling concerns a row of the held e.xlsx, which is judged again when d.xlsx is found to have come before it.
ON_A_HELD_ROW: Story = (
    (LATER[0], LATER[4], LATER[2], LATER[7], LATER[5], LATER[3]),
    ([], [], [], [], [], [("same", 15, "Ann")], [("undo", 0, "Ann")]),
)

#: A list is believed because another is rejected; a form ruling hides its lines while the rejection is taken back.
HIDDEN_WHEN_TAKEN_BACK: Story = (
    (LATER[0], LATER[6], LATER[5], LATER[2], LATER[3], LATER[1]),
    (
        [("release as", 0, "Ann")], [("release", 49, "Ann"), ("reject", 0, "Ann")], [], [("undo", 0, "Ann")],
        [("same", 0, "Ann"), ("form", 17, "Ann")], [], [("undo", 0, "Ann"), ("undo", 8, "Ann")],
    ),
)  # fmt: skip

#: Lines of a list under one ruling are retracted by another; both are undone, the second last.
STATED_BY_A_LIST_BETWEEN: Story = (
    (LATER[1], LATER[0], LATER[2], LATER[3], LATER[4], LATER[5]),
    (
        [], [("release as", 1, "Ann")], [("release as", 3, "Ann")], [], [], [],
        [("undo", 0, "Ann"), ("undo", 0, "Ann")],
    ),
)  # fmt: skip

#: A line that was taken out of the log once is stated again by another ruling, which is undone too.
TAKEN_OUT_TWICE: Story = (
    LATER[:6],
    (
        [("form", 1, "Ann")], [], [], [], [], [("undo", 0, "Ann")], [("release as", 3, "Ann"), ("undo", 0, "Ann")],
    ),
)  # fmt: skip

#: A row is on both lists, for one was released as the other; an imported ruling is on the agreement of participants.
IMPORTED_FOR_A_ROW_OF_BOTH_LISTS: Story = (
    LATER[:6], ([], [], [], [], [], [], [("release as", 3, "Ann"), ("import", 2, "Ann")]),
)  # fmt: skip
