"""What a decision does to the log, alone, together with another's, undone, in bulk, taken elsewhere."""

from __future__ import annotations

import csv
import io
import threading
from pathlib import Path

from starlette.testclient import TestClient
from typer.testing import CliRunner

import scheduler
from db.database import Store
from db.desk_models import RulingRecord, Verdict
from db.queries.rulings import in_force, read_rulings
from db.records import ChangeRecord
from monitor.changelog.log import read_log
from monitor.changelog.rebuild import derive
from monitor.review.decide import RulingError
from monitor.review.preview import preview_rulings
from tests.monitor.web.desk.conftest import ADA, BEN, World, token_in
from tests.monitor.web.desk.history import make_history

FLORIDA = "fl-lake-placid-police-department-tfm-2025-02-26"
NEW_YORK = "ny-lake-placid-police-department-tfm-2025-02-26"


def log_of(world: World) -> dict[tuple[str, str], ChangeRecord]:
    """The log by kind and agency's first word and state; each pair is met once in this history."""
    with world.store() as store:
        return {(e["kind"], f"{(e['agency'] or '').split()[0]} {e['state']}"): e for e in read_log(store)}


def stands(world: World) -> dict[tuple[str, str], tuple[str, bool]]:
    return {key: (e["status"], e["needs_review"]) for key, e in log_of(world).items()}


ENDING, SIGNING, RELABEL = ("termination", "Lake NY"), ("signing", "Lake FL"), ("amendment", "Gulf FL")


def rule(client: TestClient, subject: str, ruling: str, token: str = "", **more: str):  # type: ignore[no-untyped-def]
    place = "lists" if len(subject) == 64 else "changes"
    token = token or token_in(client.get("/review/account").text)
    return client.post(f"/review/{place}/{subject}", data={"csrf": token, "ruling": ruling, **more})


def held(world: World) -> str:
    with world.store() as store:
        return str(store.connection.execute("select sha256 from publications where status = 'held'").fetchone()[0])


def test_same_retracts_the_ending_and_the_signing_and_undo_brings_both_back(world: World) -> None:
    before = stands(world)
    client = world.client(ADA)
    ending = log_of(world)[ENDING]["id"]
    answer = rule(client, ending, "same", reason="one department, moved")
    assert answer.status_code == 303
    after = stands(world)
    assert after[ENDING] == ("retracted", False)
    assert after[SIGNING] == ("retracted", False)
    assert [k for k in after if k not in before] == [("amendment", "Lake FL")]  # it goes on: some cells changed
    page = client.get(answer.headers["location"]).text
    assert "is now <strong>retracted</strong>" in page
    with world.store() as store:
        made = read_rulings(store.connection)
    assert [(m.reviewer, m.ruling, m.subject, m.other, m.reason) for m in made] == [
        (ADA, "same", NEW_YORK, FLORIDA, "one department, moved")
    ]
    token = token_in(client.get("/review/account").text)
    assert '<textarea name="reason"' in client.get(f"/review/changes/{ending}").text.partition("<h2>Rulings</h2>")[2]
    asked = {"csrf": token, "made": str(made[0].id), "of": ending, "reason": "two departments after all"}
    client.post("/review/undo", data=asked)
    assert stands(world) == before  # as if it had never been
    assert "because: two departments after all" in client.get(f"/review/changes/{ending}").text
    with world.store() as store:
        assert [(m.ruling, m.counts) for m in read_rulings(store.connection)] == [("same", False), ("undo", True)]


def test_what_each_other_ruling_does(world: World) -> None:
    client, log = world.client(BEN), log_of(world)
    rule(client, log[ENDING]["id"], "distinct")
    assert stands(world)[ENDING] == ("provisional", False)
    assert log_of(world)[ENDING]["candidates"] == []
    rule(client, log[RELABEL]["id"], "same")  # a doubtful amendment: its row after is its row before's agreement
    assert stands(world)[RELABEL] == ("confirmed", False)
    rule(client, log[("signing", "Taylor FL")]["id"], "dismiss", reason="a typing error")
    assert stands(world)[("signing", "Taylor FL")] == ("retracted", False)
    rule(client, log[("signing", "Union FL")]["id"], "note", reason="seen in the paper")
    assert stands(world)[("signing", "Union FL")] == ("confirmed", False)
    assert rule(client, log[ENDING]["id"], "note").status_code == 400  # a remark needs words
    assert rule(client, log[ENDING]["id"], "release").status_code == 400
    assert rule(client, log[ENDING]["id"], "same:no-such-agreement").status_code == 400


def test_a_doubtful_relabelling_can_be_taken_apart(world: World) -> None:
    """Two agreements after all: the board's ends and the sheriff's is signed."""
    rule(world.client(ADA), log_of(world)[RELABEL]["id"], "distinct")
    after = stands(world)
    assert after[RELABEL][0] == "retracted"
    assert after[("termination", "Gulf FL")][0] == "provisional"
    assert after[("signing", "Gulf FL")][0] == "confirmed"


def test_two_reviewers_at_once_are_both_recorded_and_the_later_stands(world: World) -> None:
    """Both pages were loaded before either ruled. Each is told the truth at the time, the second that it was second."""
    ada, ben = world.client(ADA), world.client(BEN)
    ending = log_of(world)[ENDING]["id"]
    seen = {c: c.get(f"/review/changes/{ending}").text for c in (ada, ben)}
    first = rule(ada, ending, "same", token_in(seen[ada]), seen="0")
    assert "is now <strong>retracted</strong>" in ada.get(first.headers["location"]).text
    second = rule(ben, ending, "distinct", token_in(seen[ben]), seen="0")
    assert stands(world)[ENDING] == ("provisional", False)
    page = ben.get(second.headers["location"]).text
    assert f"{ADA} ruled <strong>One agreement, continued</strong>" in page
    assert "is now <strong>provisional</strong>" in page
    again = ada.get(first.headers["location"]).text  # Ada's page, loaded again, does not say what is no longer so
    assert "It no longer counts" in again
    assert "is now <strong>provisional</strong>" in again
    with world.store() as store:
        assert [(m.reviewer, m.ruling, m.counts) for m in read_rulings(store.connection)] == [
            (ADA, "same", False), (BEN, "distinct", True),
        ]  # fmt: skip


def test_rulings_from_many_threads_are_all_recorded_and_the_log_follows_the_last(world: World) -> None:
    clients = [world.client(name) for name in (ADA, BEN, ADA, BEN)]
    ending = log_of(world)[ENDING]["id"]
    tokens = [token_in(c.get("/review/account").text) for c in clients]
    answers: list[int] = []

    def go(number: int) -> None:
        ruling = ("same", "distinct")[number % 2]
        answers.append(rule(clients[number], ending, ruling, tokens[number], reason=str(number)).status_code)

    threads = [threading.Thread(target=go, args=(n,)) for n in range(4)]
    for t in threads:
        t.start()
    for t in threads:
        t.join()
    assert answers == [303] * 4
    with world.store() as store:
        made = read_rulings(store.connection)
        assert sorted(m.reason for m in made) == ["0", "1", "2", "3"]
        assert [m.counts for m in made] == [False, False, False, True]
    assert stands(world)[ENDING][0] == ("retracted" if made[-1].ruling == "same" else "provisional")


def test_a_held_list_shows_what_its_release_would_change_and_changes_just_that(world: World) -> None:
    """32 of 44 rows are gone: 32 endings would be new, and Gulf, Lake Placid, Taylor and Union stay as they are."""
    sha256, before = held(world), stands(world)
    with world.store() as store:
        effects = preview_rulings(store, [Verdict("release", sha256)])
        assert store.connection.execute("select count(*) from rulings").fetchone() == (0,)
    assert [len(effects.new), len(effects.retracted), len(effects.altered)] == [32, 0, 0]
    assert {line.kind for line in effects.new} == {"termination"}
    assert [(p.file, p.was, p.then, p.rows, p.rows_before) for p in effects.lists] == [
        ("participatingAgencies07102025am.xlsx", "held", "accepted", 12, 44)
    ]
    assert stands(world) == before
    client = world.client(ADA)
    assert "New in the log: 32" in client.get(f"/review/lists/{sha256}").text
    assert rule(client, sha256, "release", reason="the state's new law", typed="32").status_code == 303
    with world.store() as store:
        found = {e["id"]: e["status"] for e in read_log(store)}
        assert store.connection.execute("select status from publications where sha256 = ?", [sha256]).fetchone() == (
            "accepted",
        )
    assert {line.id for line in effects.new} == found.keys() - {e["id"] for e in log_before(world)}
    assert {found[line.id] for line in effects.new} == {"provisional"}


def log_before(world: World) -> list[ChangeRecord]:
    """The log as it was known before anyone ruled."""
    from monitor.changelog.log import Filter

    with world.store() as store:
        return read_log(store, Filter(known_at="2025-07-20T12:59:00Z"))


def test_a_rejected_list_waits_no_more(world: World) -> None:
    client = world.client(ADA)
    rule(client, held(world), "reject")
    assert "participatingAgencies07102025am.xlsx</b>" not in client.get("/review").text
    with world.store() as store:
        assert store.connection.execute("select count(*) from publications where status = 'rejected'").fetchone() == (
            1,
        )


def test_since_i_last_looked(world: World) -> None:
    client = world.client(BEN)
    token = token_in(client.get("/review").text)
    client.post("/review/looked", data={"csrf": token})
    assert ">0 new<" in client.get("/review").text
    world.clock.move(minutes=5)
    rule(world.client(ADA), held(world), "release", typed="32")
    assert ">32 new<" in client.get("/review").text
    page = client.get("/review?new=1").text
    assert page.count("data-item") == 32
    assert "data-item" in world.client(ADA).get("/review?new=1").text  # Ada never marked it: all is new to her


def test_the_audit_goes_out_as_csv_and_comes_in_elsewhere_with_the_same_log(world: World, tmp_path: Path) -> None:
    client = world.client(ADA)
    rule(client, log_of(world)[ENDING]["id"], "same", reason="=1+1 is kept as it is")
    rule(client, held(world), "release", typed="32")
    with world.store() as store:
        undo = read_rulings(store.connection)[1]
    client.post("/review/undo", data={"csrf": token_in(client.get("/review").text), "made": str(undo.id)})
    out = client.get("/review/audit.csv")
    assert out.headers["content-disposition"].startswith("attachment")
    assert [r["ruling"] for r in csv.DictReader(io.StringIO(out.text))] == ["same", "release", "undo"]

    make_history(tmp_path / "other", tmp_path / "lists")
    other = World(tmp_path / "other", world.clock, world.settings.model_copy(update={"home": tmp_path / "other"}))
    from monitor.web.desk import accounts
    from tests.monitor.web.desk.conftest import PASSWORD

    with other.store() as store:
        accounts.add_user(store, ADA, PASSWORD, "administrator", "2025-07-20T12:30:00Z")
    there = other.client(ADA)
    token = token_in(there.get("/review").text)
    for new, known in ((3, 0), (0, 3)):
        answer = there.post(
            "/review/audit/import", data={"csrf": token}, files={"file": ("rulings.csv", out.content, "text/csv")}
        )
        assert f"Import {new} new ruling" in answer.text
        assert f"{known} known already. Nothing has been stored yet." in answer.text
        with other.store() as store:
            assert len(read_rulings(store.connection)) == known
        if new:
            answer = there.post("/review/audit/import", data={"csrf": token, "csv": out.text})
            assert "3 rulings imported, 0 known already" in answer.text
    assert f"imported by {ADA}" in there.get("/review/audit").text
    assert stands(other) == stands(world)  # what Ada released for a moment left nothing behind


def test_an_undo_can_be_undone_and_means_one_ruling_only() -> None:
    def made(number: int, ruling: str, other: str = "") -> RulingRecord:
        return RulingRecord(number, str(number), "A", ruling, "x", other, "")

    first, second = made(1, "confirm"), made(2, "dismiss")
    undo = made(3, "undo", second.mark)
    again = made(4, "undo", undo.mark)
    assert in_force([first, second, undo]) == [first]
    assert in_force([first, second, undo, again]) == [first, second]


def test_a_ruling_stands_through_a_rebuild(world: World) -> None:
    rule(world.client(ADA), log_of(world)[ENDING]["id"], "same")
    before = stands(world)
    with world.store() as store:
        derive(store, now=store.now_text(), from_scratch=True)
    assert stands(world) == before


def test_a_cell_cannot_steer_the_page(world: World) -> None:
    """A name with markup and a direction mark is shown as text, the mark written out."""
    with world.store() as store, store.writing() as connection:
        connection.execute(
            "update agencies set name = ? where id = 'fl-taylor-county-sheriffs-office'", ["<script>x</script>\u202e"]
        )
    change = log_of(world)[("signing", "<script>x</script>\u202e FL")]["id"]
    page = world.client(ADA).get(f"/review/changes/{change}").text
    assert "&lt;script&gt;x&lt;/script&gt;‹U+202E›" in page
    assert "<script>x" not in page


def test_documents_are_sent_as_downloads_byte_for_byte(world: World) -> None:
    sha256 = held(world)
    answer = world.client(BEN).get(f"/review/documents/{sha256}")
    with Store.open(world.home) as store:
        assert answer.content == store.archive.get(sha256)
    assert answer.headers["content-disposition"] == 'attachment; filename="participatingAgencies07102025am.xlsx"'
    assert world.client(BEN).get("/review/documents/" + "0" * 64).status_code == 404


def test_the_command_line_takes_back_what_the_desk_ruled(world: World) -> None:
    before, ending = stands(world), log_of(world)[ENDING]["id"]
    rule(world.client(ADA), ending, "same")
    undo = ["--db", str(world.home), "review", "undo", ending, "--reviewer", BEN]
    result = CliRunner().invoke(scheduler.app, undo)
    assert (result.exit_code, result.stdout) == (0, f"the ruling “same” on {ending} is undone\n")
    assert {k: v for k, v in stands(world).items() if k in before} == before
    assert isinstance(CliRunner().invoke(scheduler.app, undo).exception, RulingError)
