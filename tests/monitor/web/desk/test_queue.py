"""What waits is in the queue, what one rules settles that alone, and what goes far needs a second person's word."""

from __future__ import annotations

import re

import pytest

from db.queries.rulings import list_rulings, read_rulings
from monitor.review.queue import Queue, find_named, read_queue
from tests.monitor.web.desk.conftest import ADA, BEN, World, token_in
from tests.monitor.web.desk.test_rulings import ENDING, SIGNING, held, log_of, rule, stands


def parts(world: World, reviewer: str = "") -> dict[str, list[str]]:
    """The queue by part: the first word and state of each agency, or the file of a list."""
    with world.store() as store:
        queue = read_queue(store)
    found: dict[str, list[str]] = {}
    for item in queue.in_order({}, reviewer):
        name = item.held.file if item.held else f"{item.change['agency'].split()[0]} {item.change['state']}"  # type: ignore[index, union-attr] # all of these have both
        found.setdefault(item.part, []).append(name)
    return found


def test_a_ruling_settles_the_change_it_was_made_on_and_names_what_follows(world: World) -> None:
    """The ending of New York and the signing of Florida are each other's candidates; only the ending is ruled on."""
    assert parts(world)["doubtful"] == ["Gulf FL", "Lake FL", "Lake NY"]
    client = world.client(ADA)
    answer = rule(client, log_of(world)[ENDING]["id"], "distinct", reason="two towns")
    assert parts(world)["doubtful"] == ["Gulf FL"]
    assert log_of(world)[SIGNING]["candidates"] == []
    page = client.get(answer.headers["location"]).text
    assert "It also changed 1 other line of the log" in page  # Florida's is no older agreement under another state
    assert "confirmed (was confirmed, in doubt)" in page
    assert "Lake FL" in parts(world)["rest"]  # and nobody has looked at it as yet
    rule(client, log_of(world)[SIGNING]["id"], "confirm")
    assert "Lake FL" not in parts(world)["rest"]


def test_two_agreements_settles_what_it_makes_of_a_doubtful_relabelling(world: World) -> None:
    rule(world.client(ADA), log_of(world)[("amendment", "Gulf FL")]["id"], "distinct")
    found = parts(world)
    assert found["doubtful"] == ["Lake FL", "Lake NY"]
    assert "endings" not in found  # the board's ending is what was ruled, not one more to look at
    assert [name for name in found["rest"] if name.startswith("Gulf")] == []


def test_an_overruled_ruling_comes_back_to_whoever_made_it(world: World) -> None:
    ada, ben, ending = world.client(ADA), world.client(BEN), log_of(world)[ENDING]["id"]
    rule(ada, ending, "same", reason="one department")
    rule(ben, ending, "distinct", reason="the towns are 1,000 miles apart")
    assert "overruled" not in parts(world, BEN)
    assert parts(world, ADA)["overruled"] == ["Lake NY"]
    page = ada.get("/review").text
    assert f"you ruled “One agreement, continued”; {BEN} ruled “Two agreements”" in page
    assert "the towns are 1,000 miles apart" in page
    assert "I have read this" in ada.get(f"/review/changes/{ending}").text
    rule(ada, ending, "note", reason=f"Read the ruling of {BEN}")
    assert "overruled" not in parts(world, ADA)


def test_a_filter_holds_for_ones_overruled_rulings_too(world: World) -> None:
    """Else one ruling on all that fits would be made on them, whatever was asked for."""
    ada, ending = world.client(ADA), log_of(world)[ENDING]["id"]
    rule(ada, ending, "same")
    rule(world.client(BEN), ending, "distinct")
    assert "you ruled" in ada.get("/review?state=NY").text
    for other in ("state=FL", "kind=signing", "month=2025-08", "agency=Taylor", "held=participating,shrunk"):
        assert "you ruled" not in ada.get(f"/review?{other}").text, other


def test_an_undo_by_another_comes_back_too_but_not_ones_own(world: World) -> None:
    ada, ben, ending = world.client(ADA), world.client(BEN), log_of(world)[ENDING]["id"]
    for client, expected in ((ada, None), (ben, ["Lake NY"])):
        rule(ada, ending, "confirm")
        with world.store() as store:
            made = read_rulings(store.connection)[-1]
        client.post("/review/undo", data={"csrf": token_in(client.get("/review").text), "made": str(made.id)})
        assert parts(world, ADA).get("overruled") == expected


def test_a_release_beyond_the_guards_limit_needs_an_administrator_who_types_how_many(world: World) -> None:
    """32 endings are more than the 20 for which a list is held."""
    before, sha256 = stands(world), held(world)
    page = world.client(ADA).get(f"/review/lists/{sha256}").text
    assert "ICE would be shown to list <b>12</b> rows instead of <b>44</b>" in page
    assert "Type <b>32</b> to confirm" in page
    for client, typed, says in (
        (world.client(BEN), "32", "An administrator must decide this, because it states that 32 agreements"),
        (world.client(ADA), "", "Type 32 to confirm"),
        (world.client(ADA), "31", "Type 32 to confirm"),
    ):
        answer = rule(client, sha256, "release", typed=typed, reason="kept for the next try")
        assert answer.status_code == 400
        assert says in answer.text
        assert "kept for the next try" in answer.text
    assert stands(world) == before
    assert rule(world.client(ADA), sha256, "release", typed="32").status_code == 303


def test_held_lists_stay_in_the_queue_when_later_lists_were_accepted() -> None:
    from db.desk_models import HeldList

    old = HeldList("a" * 64, "a.xlsx", "pending", 9, "2025-01-01", "2025-01-01T00:00:00Z", ["swapped: x"], True, True)
    new = HeldList("b" * 64, "b.xlsx", "pending", 9, "2025-02-01", "2025-02-01T00:00:00Z", ["swapped: y"])
    queue = Queue([old, new], [], [])
    assert [item.held for item in queue.in_order({})] == [new, old]
    assert old.group == new.group == "pending,swapped"
    assert [item.held for item in queue.in_order({"held": "pending,swapped"})] == [new, old]
    assert queue.in_order({"held": "pending,cut"}) == []


def bulk(world: World, query: str, name: str = ADA) -> tuple[dict[str, str], list[str], str]:
    """The form of a preview, the ids of its rows, and the page."""
    page = world.client(name).get(f"/review/bulk?{query}").text
    form = dict(part.split("=") for part in query.split("&")) | {"mark": page.split('name="mark" value="')[1][:32]}
    return form, re.findall(r'name="row" value="(\w+)" checked', page), page


def test_bulk_rules_on_just_the_ticked_rows_of_the_last_preview(world: World) -> None:
    client = world.client(ADA)
    form, rows, page = bulk(world, "kind=signing&part=rest&ruling=confirm")
    assert "One ruling on 2 of 2 rows" in page  # Taylor and Union
    taylor = log_of(world)[("signing", "Taylor FL")]["id"]
    form["csrf"] = token_in(client.get("/review/account").text)
    one = [row for row in rows if row != taylor]
    answer = client.post("/review/bulk", data=form | {"row": one})
    assert answer.status_code == 409
    assert "These are not the rows of the last preview" in answer.text
    assert "One ruling on 1 of 2 rows" in answer.text
    assert stands(world)[("signing", "Taylor FL")] == ("confirmed", False)
    with world.store() as store:
        assert list_rulings(store.connection) == []
    form["mark"] = answer.text.split('name="mark" value="')[1][:32]
    assert client.post("/review/bulk", data=form | {"row": one, "reason": "checked"}).status_code == 303
    with world.store() as store:
        (made,) = list_rulings(store.connection)
    assert (made.ruling, made.subject, made.reason) == ("confirm", one[0], "checked")
    assert client.post("/review/bulk", data=form | {"row": one}).status_code == 409  # it no longer waits


def test_a_bulk_ruling_is_undone_as_one(world: World) -> None:
    client, before = world.client(ADA), stands(world)
    form, rows, _ = bulk(world, "kind=signing&part=rest&ruling=dismiss")
    form["csrf"] = token_in(client.get("/review/account").text)
    answer = client.post("/review/bulk", data=form | {"row": rows})
    assert stands(world)[("signing", "Taylor FL")][0] == stands(world)[("signing", "Union FL")][0] == "retracted"
    page = client.get(answer.headers["location"]).text
    assert "Undo all 2" in page
    made = re.findall(r'name="made" value="([\d-]+)"', page)[0]
    assert client.post("/review/undo", data={"csrf": form["csrf"], "made": made}).status_code == 303
    assert stands(world) == before


def test_a_reviewer_cannot_rule_on_more_than_fifty_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from monitor.review import guards

    assert (guards.REVIEWER_MOST, guards.ADMINISTRATOR_MOST) == (50, 2000)
    monkeypatch.setattr(guards, "REVIEWER_MOST", 1)
    _, rows, page = bulk(world, "kind=signing&part=rest&ruling=dismiss", BEN)
    assert len(rows) == 1
    assert "You can rule on 1 at once" in page


def test_many_retractions_need_an_administrator_who_types_how_many(world: World) -> None:
    """Ada releases 32 endings; Ben cannot dismiss them together, and Ada must type how many there are."""
    rule(world.client(ADA), held(world), "release", typed="32")
    for name, typed, status in ((BEN, "32", 400), (ADA, "", 400), (ADA, "32", 303)):
        client = world.client(name)
        form, rows, _ = bulk(world, "kind=termination&part=endings&ruling=dismiss", name)
        assert len(rows) == 32
        form |= {"csrf": token_in(client.get("/review/account").text), "typed": typed}
        assert client.post("/review/bulk", data=form | {"row": rows}).status_code == status, (name, typed)


def test_held_lists_are_rejected_together(world: World) -> None:
    client = world.client(ADA)
    with world.store() as store:
        (waiting,) = read_queue(store).lists
    query = f"part=held lists&held={waiting.group}&ruling=reject"
    form, rows, _ = bulk(world, query)
    assert rows == [waiting.sha256]
    form["csrf"] = token_in(client.get("/review/account").text)
    assert client.post("/review/bulk", data=form | {"row": rows}).status_code == 303
    assert "held lists" not in parts(world)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("agency=placid", ["Lake Placid Police Department"] * 2),
        ("agency=lake+plasid+police", ["Lake Placid Police Department"] * 2),  # misspelt
        ("agency=unoin+county", ["Union County Sheriff&#39;s Office"]),
        ("agency=zephyrhills", []),
        ("state=NY&month=2025-07", ["Lake Placid Police Department"]),
        ("state=NY&month=2025-08", []),
    ],
)
def test_an_editor_finds_by_part_of_a_name_misspelt_and_by_month(world: World, query: str, found: list[str]) -> None:
    page = world.client(BEN).get(f"/review?{query}").text
    assert re.findall(r"data-item><b>([^<]+)</b>", page) == found


def test_a_filter_is_saved_used_and_deleted(world: World) -> None:
    client = world.client(BEN)
    token = token_in(client.get("/review").text)
    client.post("/review/filters", data={"csrf": token, "name": "Florida's endings", "state": "FL", "part": "endings"})
    assert '<a href="/review?part=endings&amp;state=FL">Florida&#39;s endings</a>' in client.get("/review").text
    assert "Florida&#39;s endings" not in world.client(ADA).get("/review").text  # it is Ben's own
    client.post("/review/filters", data={"csrf": token, "name": "Florida's endings"})
    assert "Florida&#39;s endings" not in client.get("/review").text


def test_a_change_is_assigned_and_found_by_whom_it_is_assigned_to(world: World) -> None:
    ending = log_of(world)[ENDING]["id"]
    client = world.client(ADA)
    token = token_in(client.get("/review").text)
    client.post(f"/review/changes/{ending}/assign", data={"csrf": token, "reviewer": BEN})
    assert f"{BEN} looks at it" in client.get("/review").text
    assert world.client(BEN).get("/review?mine=1").text.count("data-item") == 1
    assert client.get("/review?mine=1").text.count("data-item") == 0
    client.post(f"/review/changes/{ending}/assign", data={"csrf": token, "reviewer": ""})
    assert world.client(BEN).get("/review?mine=1").text.count("data-item") == 0


def test_a_name_as_written_comes_before_names_spelled_like_it(world: World) -> None:
    """Whoever asks for Cambria County does not want Escambia's."""

    def found(asked: str) -> set[str]:
        page = world.client(ADA).get("/review", params={"agency": asked}).text
        return set(re.findall(r"data-item><b>([^<]+)</b>", page))

    assert found("lake plac") == {"Lake Placid Police Department"}
    assert found("lake plasid") == {"Lake Placid Police Department"}  # nobody is spelled so
    assert found("taylor county") == {"Taylor County Sheriff&#39;s Office"}
    assert found("fl-taylor-county-sheriffs-office") == {"Taylor County Sheriff&#39;s Office"}
    assert found("fl-taylor") == set()
    things = ["Escambia County", "Cambria County"]
    assert find_named(things, "cambria county", lambda name: ("", name)) == ["Cambria County"]
    assert find_named(things, "cambrja county", lambda name: ("", name)) == ["Escambia County", "Cambria County"]
