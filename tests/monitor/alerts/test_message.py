"""What a message is to mail programs: valid MIME and HTML, whole text, absolute links, small, nothing injected."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import strict
from typing import Any, cast

import html5lib
import pytest
from pydantic import ValidationError

from db.records import ChangeRecord
from db.settings import Settings
from monitor.alerts import message
from monitor.alerts.alert_errors import AlertError
from monitor.alerts.describe_change import ChangeText, describe_change
from monitor.alerts.plain_text import plain
from monitor.alerts.render import Footer, Rendered, render_alert, render_confirmation
from monitor.alerts.subject import make_subject
from monitor.changelog.log import read_entries
from monitor.i18n.language import language
from tests.monitor.alerts.told import SITE, of
from tests.monitor.alerts.world import World, make_world, row

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
    world.publish("2025-06-14", *new, row(EVIL, signed="2025-06-02"))
    world.publish("2025-06-15", *new, pasco, row(EVIL, signed="2025-06-02"))
    return world


def texts(world: World, code: str, times: int = 1) -> list[ChangeText]:
    found = [
        describe_change(change, "correction" if change["status"] == "retracted" else "news", language(code), SITE)
        for change in read_entries(world.store, world.stated)
    ]
    return found * times


def told_by(world: World, code: str) -> list[ChangeText]:
    """What a message of all says: its corrections among them."""
    return texts(world, code)


def built(world: World, code: str, times: int = 1) -> tuple[bytes, Rendered]:
    rendered = render_alert(texts(world, code, times), READERS[code], world.settings)
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
    """11 changes in full, 55 and 77 in short: under 102 kB, and both parts give back what went in."""
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
    for change in told_by(world, code):
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
    assert message["Date"].datetime.date() == date(2025, 6, 15)
    assert message["Subject"] == make_subject(told_by(world, "es"), language("es"))
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
    rendered = render_confirmation("es", ["Florida"], f"{SITE}/alerts/confirm/{TOKEN}", 7, Settings())
    assert [link for _, link in check_html(rendered.html)] == [f"{SITE}/alerts/confirm/{TOKEN}"]
    assert f"{SITE}/alerts/confirm/{TOKEN}" in rendered.text
    assert "7 días" in rendered.text


def test_two_lists_of_one_day_do_not_contradict_each_other(world: World) -> None:
    """ "Last on July 24, not on July 24": two lists of one day."""
    change = next(c for c in read_entries(world.store, world.stated) if c["kind"] == "termination")
    assert change["last_listed_in"] is not None
    assert change["first_missing_from"] is not None
    first = describe_change(change, "news", language("en"), SITE).facts
    assert first[1:] == ("Last on ICE's list of June 2, 2025", "Not on ICE's list of June 3, 2025")
    change["first_missing_from"]["published_on"] = change["last_listed_in"]["published_on"]
    second = describe_change(change, "news", language("en"), SITE).facts
    assert second[1:] == ("Last on ICE's list of June 2, 2025", "Not on a later list of the same day")


def doubtful(world: World, **differs: Any) -> ChangeRecord:
    """The confirmed ending of these tests, with a reviewer still to look at it."""
    change = next(c for c in read_entries(world.store, world.stated) if c["kind"] == "termination")
    return cast(ChangeRecord, {**change, "status": "confirmed", "needs_review": True, **differs})


def test_an_ending_that_a_person_is_to_check_says_so_besides_its_certainty(world: World) -> None:
    sure = "Confirmed: later lists lack it too. ICE's list does not say why."
    other = {"agency": "Pasco County Sheriff's Office", "state": "GA", "signed_on": "2025-06-04"}
    for differs, said in (
        ({"candidates": []}, "A reviewer has not yet checked it."),
        ({"candidates": [], "evidence": {"doubt": "listed_once"}},
         "It stood on a single list, maybe by a slip. A reviewer has not yet checked it."),
        ({"candidates": [other]}, "A reviewer has not yet checked whether it continues as Pasco County Sheriff's Office"
         " (GA), signed on June 4, 2025."),
    ):  # fmt: skip
        text = describe_change(doubtful(world, **differs), "news", language("en"), SITE)
        assert text.certainty == f"{sure} {said}"
        assert text.unsettled is bool(differs["candidates"])


def test_a_correction_says_what_the_list_shows_now_and_not_what_no_longer_counts(world: World) -> None:
    for reason, said in (
        ("listed again on 2025-06-09", "ICE's list of June 9, 2025 shows it again."),
        ("renewed: fl-x-tfm-2025-06-08 was first listed on 2025-06-09",
         "ICE's list of June 9, 2025 has it under a later signing date."),
        ("a second row of fl-x, no longer listed on 2025-06-09",
         "It was a second row of an agreement that ICE lists once."),
        ("fl-x-tfm-2025-06-08: listed again on 2025-06-09",
         "ICE's list of June 9, 2025 shows the older agreement again."),
        ("overturned: better rules", "The lists known now no longer say so."),
    ):  # fmt: skip
        text = describe_change(doubtful(world, reason=reason), "correction", language("en"), SITE)
        assert (text.certainty, text.facts) == (said, ("Signed on May 1, 2025",))


def test_a_digest_begins_with_what_it_holds_of_which_lists(world: World) -> None:
    told = [*of("signing", 3, "Florida"), *of("termination", 1, "Georgia"), *of("renewal", 1, "Georgia"),
            *of("switch", 1, "Georgia"), *of("pending_listed", 1, "Georgia")]  # fmt: skip
    rendered = render_alert(told, READERS["en"], world.settings)
    assert rendered.text.splitlines()[:2] == [
        "1 no longer listed, 3 new agreements, 1 renewed, 1 switched, 1 newly pending in Florida and Georgia.",
        "What changed on ICE's 287(g) lists of June 1, 2025 to June 3, 2025.",
    ]
    alone = render_alert(told[:1], READERS["en"], world.settings)
    assert alone.text.startswith("What changed on ICE's 287(g) list of June 1, 2025.\n")


@pytest.mark.parametrize("n", [81, 300])
def test_a_message_is_cut_below_what_mail_readers_show_with_a_link_to_the_rest(world: World, n: int) -> None:
    told = of("signing", n, "Florida")
    told = [replace(c, certainty="Nobody has looked at it. " * 14, facts=("fact " * 20,)) for c in told]
    rendered = render_alert(told, READERS["en"], world.settings)
    data = message.build_mail(
        world.settings, rendered, to="a@example.org", message_id="1", made_at=world.now, language="en",
        unsubscribe_url=READERS["en"].unsubscribe_url,
    )  # fmt: skip
    assert 60_000 < len(data) < 92_000
    shown = rendered.text.count("/changes/signing")
    assert shown < n
    rest = f"{n - shown} more changes are on our page:\n{SITE}/changes/?state=FL&since=2025-06-01\n"
    assert rest in rendered.text
    assert f"{n - shown} more changes</a>" in rendered.html
    assert rendered.html.count("/changes/signing") == shown
    assert READERS["en"].unsubscribe_url in rendered.html


def test_the_parts_of_a_digest_say_which_they_are(world: World) -> None:
    rendered = render_alert(of("signing", 3, "Florida"), READERS["es"], world.settings, part=(1, 2))
    assert rendered.subject == "3 acuerdos nuevos en Florida (1 de 2)"


def test_dates_are_written_as_the_reader_writes_them() -> None:
    assert language("en").date("2025-06-01") == "June 1, 2025"
    assert language("es").date("2025-06-01") == "1 de junio de 2025"


def test_plain_text_keeps_letters_and_loses_what_acts() -> None:
    assert plain("Doña  Ana\u200b\r\n\tCounty\x00\u202e") == "Doña Ana County"
