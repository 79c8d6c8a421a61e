"""What a message is to mail programs: valid MIME and HTML, whole text, absolute links, small, nothing injected."""

from __future__ import annotations

import re
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import strict
from typing import Any

import html5lib
import pytest
from pydantic import ValidationError

from db.alert_models import What
from db.settings import Settings
from monitor.alerts import message
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.log_changes import load_changes
from monitor.alerts.plain_text import plain
from monitor.alerts.render import Footer, Rendered, render_alert, render_confirmation
from monitor.alerts.subject import make_subject
from monitor.i18n.language import language
from tests.monitor.alerts.world import World, make_world, row

SITE = "https://agreements.example.org"
TOKEN = "x" * 180
READERS = {
    language: Footer(
        language, ("Florida · daily",), f"{SITE}/alerts/manage/{TOKEN}", f"{SITE}/alerts/unsubscribe/{TOKEN}"
    )
    for language in ("en", "es")
}
EVIL = 'Town <script>alert(1)</script> & "Sons"\r\nBcc: victim@example.org\u202e PD'


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> World:
    """Eleven changes of several kinds in two states, one agency of a hostile name among them."""
    world = make_world(tmp_path_factory.mktemp("world"), mail_footer="Agreements Watch <1 Main Street>")
    pasco, bay = (row(f"{n} County Sheriff's Office", county=f"{n} County") for n in ("Pasco", "Bay"))
    new = [row(f"Town {n} Police Department", ("FLORIDA", "GEORGIA")[n % 2], signed="2025-06-02") for n in range(7)]
    world.publish("2025-06-02", pasco, bay)
    world.publish("2025-06-03", bay, *new, row(EVIL, signed="2025-06-02"))
    world.publish("2025-06-04", *new, row(EVIL, signed="2025-06-02"))
    world.publish("2025-06-05", *new, pasco, row(EVIL, signed="2025-06-02"))
    return world


def texts(world: World, code: str, times: int = 1) -> list[ChangeText]:
    found = [
        describe_change(change, "correction" if change["status"] == "retracted" else "news", language(code), SITE)
        for change in load_changes(world.store, world.stated)
    ]
    return found * times


def built(world: World, code: str, times: int = 1) -> tuple[bytes, Rendered]:
    rendered = render_alert(
        texts(world, code, times), READERS[code], site="287(g) agreements", signature=world.settings.mail_footer
    )
    data = message.build_mail(
        world.settings, rendered, to="reader@example.org", message_id="0" * 24, made_at=world.now, language=code,
        unsubscribe_url=READERS[code].unsubscribe_url,
    )  # fmt: skip
    return data, rendered


def parsed(data: bytes) -> EmailMessage:
    """The message by the strict parser: any defect is an error."""
    message: Any = message_from_bytes(data, policy=strict)
    assert [part.defects for part in message.walk() if part.defects] == []
    return message  # type: ignore[no-any-return]


def check_html(text: str) -> list[tuple[str, str]]:
    """Valid by the HTML standard's own parser; returns every (tag, link)."""
    tree = html5lib.HTMLParser(strict=True, namespaceHTMLElements=False).parse(text)
    return [(e.tag, e.get("href") or e.get("src")) for e in tree.iter() if e.get("href") or e.get("src")]


@pytest.mark.parametrize("code", ["en", "es"])
@pytest.mark.parametrize("times", [1, 5, 7])
def test_a_message_passes_the_checker(world: World, code: str, times: int) -> None:
    """11 changes in full, 55 and 77 in short (80 is the most): under 102 kB, and both parts give back what went in."""
    data, rendered = built(world, code, times)
    assert len(data) < 102_000
    assert max(len(line) for line in data.split(b"\r\n")) <= 998
    assert b"\n" not in data.replace(b"\r\n", b"")
    message = parsed(data)
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    assert text.get_content().replace("\r\n", "\n").strip() == rendered.text.strip()
    links = check_html(html.get_content())
    assert {tag for tag, _ in links} == {"a"}, "no picture, script or style sheet is loaded from anywhere"
    assert [link for _, link in links if not re.match(r"https://[a-z.]+/", link)] == []
    for change in texts(world, code):
        assert text.get_content().count(change.page) == html.get_content().count(change.page) == times
        assert change.agency in text.get_content()
    for link in (READERS[code].manage_url, READERS[code].unsubscribe_url):
        assert link in text.get_content()
        assert link in html.get_content()
    assert "%(" not in text.get_content() + html.get_content()


def test_the_headers_are_what_relays_and_mail_programs_look_for(world: World) -> None:
    message = parsed(built(world, "es")[0])
    assert message["From"].addresses[0].addr_spec == "alerts@alerts.example.org"
    assert message["To"] == "reader@example.org"
    assert message["Message-ID"] == f"<{'0' * 24}@alerts.example.org>"
    assert message["List-Unsubscribe"] == f"<{SITE}/alerts/unsubscribe/{TOKEN}>"
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Id"] == "<alerts.ice-agreements.localhost>"
    assert message["Date"].datetime.date() == date(2025, 6, 5)
    assert message["Subject"] == make_subject(texts(world, "es"), language("es"))
    assert message["Bcc"] is None


def test_a_hostile_agency_name_stays_a_name(world: World) -> None:
    """Tags are escaped, line ends and direction marks gone, no header appears."""
    data, rendered = built(world, "en")
    assert "<script" not in rendered.html
    assert "Town &lt;script&gt;alert(1)&lt;/script&gt; &amp; " in rendered.html
    assert "\nBcc:" not in rendered.text
    assert "\u202e" not in rendered.text + rendered.html
    assert [name for name, _ in parsed(data).items()].count("To") == 1


@pytest.mark.parametrize("value", ["a\r\nBcc: b@example.org", "a\nX: y", "a\rb", "a\x00b"])
def test_a_header_never_holds_a_line_end(world: World, value: str) -> None:
    rendered = Rendered(value, "text", "")
    data = message.build_mail(
        world.settings, rendered, to="a@example.org", message_id="1", made_at=world.now, language="en"
    )
    assert len([h for h in parsed(data) if h.lower() in ("bcc", "x")]) == 0
    with pytest.raises(AlertError):
        message.build_mail(
            world.settings, Rendered("s", "t", ""), to=value, message_id="1", made_at=world.now, language="en"
        )


@pytest.mark.parametrize("length", [300, 960, 990])
def test_a_long_link_to_stop_stays_whole_on_lines_of_legal_length(world: World, length: int) -> None:
    """A line of mail has at most 998 characters (RFC 5322); a URL that is split is read by no mail program."""
    url = "https://example.org/" + "x" * (length - 20)
    data = message.build_mail(
        world.settings, Rendered("s", "t", ""), to="a@example.org", message_id="1", made_at=world.now, language="en",
        unsubscribe_url=url,
    )  # fmt: skip
    lines = data.split(b"\r\n")
    assert max(map(len, lines)) <= 998
    assert any(f"<{url}>".encode() in line for line in lines)
    assert parsed(data)["List-Unsubscribe"].strip() == f"<{url}>"


def test_a_link_that_fits_on_no_line_is_an_error_and_so_is_a_site_that_would_make_one(world: World) -> None:
    url = "https://example.org/" + "x" * 978
    with pytest.raises(AlertError, match="List-Unsubscribe would be 1000 characters long"):
        message.build_mail(
            world.settings, Rendered("s", "t", ""), to="a@example.org", message_id="1", made_at=world.now,
            language="en", unsubscribe_url=url,
        )  # fmt: skip
    with pytest.raises(ValidationError, match="at most 500 characters"):
        Settings(public_url="https://example.org/" + "x" * 481)


def test_a_confirmation_asks_and_tells_how_to_do_nothing(world: World) -> None:
    rendered = render_confirmation("es", ["Florida"], f"{SITE}/alerts/confirm/{TOKEN}", 7, site="S", signature="")
    assert [link for _, link in check_html(rendered.html)] == [f"{SITE}/alerts/confirm/{TOKEN}"]
    assert f"{SITE}/alerts/confirm/{TOKEN}" in rendered.text
    assert "7 días" in rendered.text


def of(kind: str, n: int, place: str = "", what: What = "news") -> list[ChangeText]:
    state = {"Florida": "FL", "Georgia": "GA", "Texas": "TX"}.get(place.split(", ")[-1], "")
    return [ChangeText("0", what, kind, "", "", place, state, "", (), "", "", "", "")] * n


@pytest.mark.parametrize(
    ("told", "english", "spanish"),
    [
        (
            of("signing", 2, "Lee County, Florida")
            + of("signing", 1, "Bay County, Florida")
            + of("termination", 1, "Florida"),
            "287(g): 3 new agreements and 1 no longer listed in Florida",
            "287(g): 3 acuerdos nuevos y 1 que ya no figura en Florida",
        ),
        (
            of("signing", 1, "Lee County, Florida"),
            "287(g): 1 new agreement in Lee County, Florida",
            "287(g): 1 acuerdo nuevo en Lee County, Florida",
        ),
        (
            of("termination", 2, "Florida") + of("renewal", 1, "Georgia"),
            "287(g): 2 no longer listed and 1 renewed in Florida and Georgia",
            "287(g): 2 que ya no figuran y 1 renovado en Florida y Georgia",
        ),
        (
            of("termination", 1, "Florida", "correction") + of("signing", 1, "Georgia") + of("signing", 1, "Texas"),
            "287(g): 1 correction and 2 new agreements in 3 states",
            "287(g): 1 rectificación y 2 acuerdos nuevos en 3 estados",
        ),
        (of("list_event", 1), "287(g): 1 note about a list", "287(g): 1 nota sobre una lista"),
    ],
)
def test_the_subject_says_what_and_where(told: list[ChangeText], english: str, spanish: str) -> None:
    assert make_subject(told, language("en")) == english
    assert make_subject(told, language("es")) == spanish


def test_dates_are_written_as_the_reader_writes_them() -> None:
    assert language("en").date("2025-06-01") == "June 1, 2025"
    assert language("es").date("2025-06-01") == "1 de junio de 2025"


def test_plain_text_keeps_letters_and_loses_what_acts() -> None:
    assert plain("Doña  Ana\u200b\r\n\tCounty\x00\u202e") == "Doña Ana County"
