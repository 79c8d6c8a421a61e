"""What is filled in wrong, by a machine or too large is refused; no page is kept, framed or passed on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from starlette.testclient import TestClient

from tests.monitor.alerts.world import World
from tests.monitor.web.forms.conftest import FORM, counts


@pytest.mark.parametrize(
    "address",
    [
        "", "no", "a@b", "a@localhost", "Ann <ann@example.org>", "a@example.org, b@example.org",
        "a@example.org\r\nBcc: b@example.org", "a@example.org\nX: y", '"a b"@example.org', "a\x00@example.org",
        "a@example.org\u202e", "ü@example.org", "x" * 65 + "@example.org", "a@" + "b." * 130 + "org", "-a@-example.org",
    ],
)  # fmt: skip
def test_an_address_that_is_none_is_refused(world: World, client: TestClient, address: str) -> None:
    assert client.post("/alerts/subscribe", data={**FORM, "address": address}).status_code == 422
    assert counts(world) == (0, 0, 0)


@pytest.mark.parametrize(
    "wrong",
    [
        {"state": "XX"}, {"county": "Nowhere County"}, {"state": "", "county": "Lee"}, {"rhythm": "hourly"},
        {"zone": "Mars/Olympus"}, {"language": "xx"}, {"kinds": "surprise"}, {"support_type": "ABC"},
        {"agency": "<script>alert(1)</script>"},
    ],
)  # fmt: skip
def test_a_wish_that_names_nothing_is_refused_and_shown_escaped(
    world: World, client: TestClient, wrong: dict[str, str]
) -> None:
    answer = client.post("/alerts/subscribe", data={**FORM, **wrong})
    assert answer.status_code == 422
    assert "<script" not in answer.text
    assert counts(world) == (0, 0, 0)


def test_a_machine_that_fills_every_field_signs_nobody_up(world: World, client: TestClient) -> None:
    answer = client.post("/alerts/subscribe", data={**FORM, "website": "https://spam.example"})
    assert answer.status_code == 422, "a browser may have filled it in: a person sends the form again"
    assert 'value="https://spam.example"' not in answer.text
    assert counts(world) == (0, 0, 0)


def test_a_form_with_thousands_of_fields_or_a_file_is_refused(world: World, client: TestClient) -> None:
    many = client.post("/alerts/subscribe", data={f"f{n}": "x" for n in range(2000)})
    file = client.post("/alerts/subscribe", data=FORM, files={"file": b"x" * 100})
    assert (many.status_code, file.status_code) == (400, 400)
    assert counts(world) == (0, 0, 0)


def test_a_form_too_large_is_refused_before_it_is_read(client: TestClient) -> None:
    """A body without end, or one that says it is large, costs neither memory nor time."""
    sent: list[int] = []

    def without_end() -> Iterator[bytes]:
        for number in range(2_000):
            sent.append(number)
            yield b"&" * 65_536

    kind = {"Content-Type": "application/x-www-form-urlencoded"}
    manage = "/alerts/manage/no-token"
    for path in ("/alerts/subscribe", manage):
        assert client.post(path, content=b"a=" + b"x" * 70_000, headers=kind).status_code == 413
        assert client.post(path, content=without_end(), headers=kind).status_code == 413
    assert client.post("/alerts/subscribe", data=FORM).status_code == 200


def test_pages_are_not_kept_framed_or_passed_on(client: TestClient) -> None:
    headers = client.get("/alerts/subscribe").headers
    assert headers["cache-control"] == "no-store"
    assert headers["referrer-policy"] == "no-referrer"
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert 'lang="es"' in client.get("/alerts/subscribe", headers={"accept-language": "es-MX,en;q=0.5"}).text
