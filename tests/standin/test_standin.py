"""The stand-in keeps ICE's ways: what the spider's tests rest on is held here, with a plain HTTP client."""

from __future__ import annotations

import http.client
import io
import zipfile
from collections.abc import Iterator
from datetime import timedelta

import pytest

from tests.standin import FAULTS, StandIn
from tests.standin.lists import participating, pending


@pytest.fixture
def site() -> Iterator[StandIn]:
    with StandIn() as standing:
        yield standing


def get(site: StandIn, path: str, **headers: str) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", site.port, timeout=2)
    try:
        connection.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})
        answer = connection.getresponse()
        return answer.status, dict(answer.headers.items()), answer.read()
    finally:
        connection.close()


def test_the_page_links_what_was_posted_last(site: StandIn) -> None:
    site.post("participating", participating("A"), relative=True)
    site.clock += timedelta(hours=4)
    posted = site.post("participating", participating("A", "B"))
    status, _, body = get(site, "/identify-and-arrest/287g")
    assert (status, posted.name) == (200, "participatingAgencies01052026pm.xlsx")
    assert posted.path.encode() in body
    assert b"01052026am" not in body
    assert get(site, posted.path.replace("pm.xlsx", "am.xlsx"))[0] == 200  # the older file is still there


def test_each_family_answers_its_own_validators(site: StandIn) -> None:
    doclib = site.post("participating", participating("A"))
    download = site.post("pending", pending("B"), family="download")
    _, headers, _ = get(site, doclib.path)
    assert {"ETag", "Last-Modified"} <= headers.keys()
    assert "Content-Disposition" not in headers
    _, headers, _ = get(site, download.path)
    assert "ETag" not in headers
    assert headers["Content-Disposition"] == 'attachment; filename="pendingAgencies01052026am.xlsx"'
    assert get(site, doclib.path, If_None_Match=doclib.headers["ETag"])[0] == 304
    assert get(site, download.path, If_Modified_Since=download.headers["Last-Modified"])[0] == 304


def test_moa_documents_honour_dates_and_ignore_etags(site: StandIn) -> None:
    path = "/doclib/287gMOA/287gBakerCo.pdf"
    _, headers, body = get(site, path)
    assert body.startswith(b"%PDF")
    assert get(site, path, If_Modified_Since=headers["Last-Modified"])[0] == 304
    assert get(site, path, If_None_Match=headers["ETag"])[0] == 200


def test_a_list_posted_in_place_keeps_its_address(site: StandIn) -> None:
    one = site.post("participating", participating("A"), family="inplace")
    other = site.post("participating", participating("B"), family="inplace")
    assert one.path == other.path
    assert get(site, one.path)[2] == participating("B")


def test_swapping_unlinking_and_removing(site: StandIn) -> None:
    one, other = site.post("participating", participating("A")), site.post("pending", pending("B"))
    site.swap()
    assert (get(site, one.path)[2], get(site, other.path)[2]) == (pending("B"), participating("A"))
    site.unlink("pending")
    assert b"Pending Agencies" not in get(site, "/identify-and-arrest/287g")[2]
    site.remove("participating")
    assert get(site, one.path)[0] == 404


def test_a_fault_comes_as_often_as_asked_and_every_request_is_logged(site: StandIn) -> None:
    site.post("participating", participating("A"))
    site.fail("page", "server_error", 2)
    answers = [get(site, "/identify-and-arrest/287g", User_Agent="x")[0] for _ in range(3)]
    assert answers == [500, 500, 200]
    assert [logged.answer for logged in site.asked("page")] == ["server_error", "server_error", "200"]
    assert site.requests[0].headers["user-agent"] == "x"
    with pytest.raises(ValueError, match="no fault"):
        site.fail("page", "no such thing")


@pytest.mark.parametrize("fault", ["truncated", "truncated_chunked"])
def test_a_truncated_body_is_short_of_what_it_announces(site: StandIn, fault: str) -> None:
    posted = site.post("participating", participating("A"))
    site.fail("participating", fault)
    with pytest.raises(http.client.IncompleteRead):
        get(site, posted.path)


def test_it_can_go_down_and_come_up_at_the_same_address(site: StandIn) -> None:
    url = site.url
    site.down()
    with pytest.raises(ConnectionRefusedError):
        get(site, "/robots.txt")
    site.up()
    assert site.url == url
    assert get(site, "/robots.txt")[0] == 200


def test_every_fault_is_there_by_name() -> None:
    assert {
        "blocked_403",
        "blocked_200",
        "missing",
        "throttled",
        "stall",
        "endless",
        "gzip_bomb",
        "reset",
    } <= FAULTS.keys()
    assert "Callable" not in FAULTS


def test_the_small_workbooks_are_whole_and_always_the_same() -> None:
    with zipfile.ZipFile(io.BytesIO(participating("A & B"))) as book:
        assert book.testzip() is None
        assert b"A &amp; B" in book.read("xl/worksheets/sheet1.xml")
    assert participating("A") == participating("A")
