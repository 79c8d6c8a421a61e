"""The trend in a digest: a sentence, and a small picture that goes with the message and says in words what it shows."""

from __future__ import annotations

import zlib
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest

from db.queries.messages import list_open, load_message
from monitor.alerts.compose import compose_due
from monitor.alerts.sparkline import HEIGHT, WIDTH, draw_sparkline
from monitor.alerts.tokens import open_signer
from monitor.alerts.trend import read_trend
from monitor.alerts.write_mail import MailWriter
from monitor.i18n.language import language
from tests.monitor.alerts.world import World, make_world, row

LEE, BAY, PASCO, POLK = (
    row(f"{n} County Sheriff's Office", county=f"{n} County") for n in ("Lee", "Bay", "Pasco", "Polk")
)


@pytest.fixture
def world(tmp_path: Path) -> World:
    """Florida has 1, 2, then 4 agreements, on lists of 14 days after another."""
    world = make_world(tmp_path)
    world.publish("2025-06-02", LEE)
    world.subscribe("ann@example.org", "weekly", state="FL")
    world.publish("2025-06-16", LEE, BAY)
    world.publish("2025-06-30", LEE, BAY, PASCO, POLK)
    return world


def tops(png: bytes) -> list[int]:
    """How high the line stands in each column, in pixels above the picture's lower edge."""
    data = png[png.index(b"IDAT") + 4 :]
    rows = zlib.decompressobj().decompress(data)
    assert len(rows) == HEIGHT * (WIDTH + 1)
    lines = [rows[y * (WIDTH + 1) + 1 : (y + 1) * (WIDTH + 1)] for y in range(HEIGHT)]
    return [next(HEIGHT - y for y in range(HEIGHT) if lines[y][x] == 2) for x in range(WIDTH)]


def test_the_picture_follows_the_numbers() -> None:
    heights = tops(draw_sparkline([0, 50, 100, 100]))
    assert heights[0] < heights[WIDTH // 3] < heights[2 * WIDTH // 3] == heights[-1]
    assert abs(heights[0] + heights[-1] - 2 * heights[WIDTH // 3]) <= 2
    assert sorted(heights) == heights


def test_the_trend_counts_the_lists_of_half_a_year(world: World) -> None:
    trend = read_trend(world.store.connection, "FL", language("en"))
    assert trend.sentence == "ICE's list of June 30, 2025 has 4 agreements in Florida."
    assert trend.caption == "Agreements listed from June 2, 2025 to June 30, 2025: from 1 to 4"
    assert read_trend(world.store.connection, "TX", language("en")).picture == b"", "60 on every list: nothing to see"
    none = read_trend(world.store.connection, "GA", language("es"))
    assert none.sentence == "La lista de ICE del 30 de junio de 2025 no tiene ningún acuerdo en Georgia."


def test_a_digest_carries_its_picture(world: World) -> None:
    """In the message itself, so that nothing is loaded when it is opened."""
    now = "2025-07-07T12:00:00Z"
    compose_due(world.store, now)
    (number,) = list_open(world.store.connection, now, 0, 10, mail=True)
    message = load_message(world.store.connection, number)
    assert message is not None
    writer = MailWriter(world.store, world.settings, open_signer(world.settings, world.home))
    mail = message_from_bytes(writer.write(message)[1], policy=default)
    assert isinstance(mail, EmailMessage)
    html = mail.get_body(("html",))
    assert html is not None
    caption = "Agreements listed from June 2, 2025 to June 30, 2025: from 1 to 4"
    assert f'<img src="cid:trend" width="280" height="48" alt=""><br>{caption}</p>' in html.get_content()
    (picture,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert picture["Content-ID"] == "<trend>"
    assert picture.get_content_disposition() == "inline"
    assert len(picture.get_content()) < 1000
    assert tops(picture.get_content())[-1] > tops(picture.get_content())[0]
