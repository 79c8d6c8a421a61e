"""SpamAssassin's own rules, without the network: no kind of message of ours looks like spam."""

from __future__ import annotations

import re
import shutil
from email import message_from_string
from email.policy import default
from pathlib import Path

import pytest

from db.alert_models import Preferences
from monitor.alerts.digest_times import later
from monitor.alerts.review_mail import queue_review_mail
from monitor.alerts.send import send_due
from monitor.alerts.subscribe import add_subscription, ask_confirmation
from tests.clients.programs import needs, run
from tests.monitor.alerts.smtpd import Plan, Server
from tests.monitor.alerts.world import STEADY, World, make_world, row

SPAMASSASSIN = Path(shutil.which("spamassassin") or "/usr/bin/spamassassin")
MOST = 0.5
LEE, BAY, PASCO = (row(f"{n} County Sheriff's Office", county=f"{n} County") for n in ("Lee", "Bay", "Pasco"))
TOWNS = [row(f"Town {n} Police Department", signed="2025-06-10") for n in range(60)]

pytestmark = [pytest.mark.soak, needs(SPAMASSASSIN)]


def send_every_kind(world: World) -> None:
    """News, endings, unconfirmed ones, a correction, digests in both languages, a request, mail to operators."""
    world.publish("2025-06-02", LEE, BAY)
    for rhythm in ("instant", "weekly"):
        for language in ("en", "es"):
            world.subscribe(f"{rhythm}.{language}@example.org", rhythm, language=language, early=True)
    asked = add_subscription(
        world.store, "mail", "new@example.org", Preferences("daily", state="FL"), now=world.now, how="form"
    )
    ask_confirmation(world.store, asked, world.now)
    world.publish("2025-06-03", LEE, PASCO)  # a signing, an unconfirmed ending
    send_due(world.store, world.settings, world.now)
    world.publish("2025-06-05", LEE, PASCO, BAY)  # the ending does not stand
    send_due(world.store, world.settings, world.now)
    world.publish("2025-06-10", LEE, PASCO, BAY, *TOWNS)
    send_due(world.store, world.settings, world.now)
    world.publish("2025-06-11", PASCO, BAY, *TOWNS)
    world.publish("2025-06-22", PASCO, BAY, *TOWNS)  # an ending that is sure
    queue_review_mail(world.store, world.now)
    world.publish("2025-06-23", *STEADY[:20], steady=False)  # held
    world.now = later(world.now, days=8)
    send_due(world.store, world.settings, world.now)


def received(content: str) -> str:
    """The message as the reader's server got it, from the relay of docs/alerts.md."""
    date = message_from_string(content, policy=default)["Date"]
    hop = "from mail.example.org (mail.example.org [93.184.216.34])\n\tby mx.example.net (Postfix) with ESMTPS id 4ABC"
    return f"Received: {hop};\n\t{date}\n{content}"


def test_no_kind_of_message_looks_like_spam(tmp_path: Path) -> None:
    with Server(Plan(), tmp_path / "accepted.jsonl") as server:
        world = make_world(
            tmp_path / "home", smtp_port=server.port, review_mail_address="desk@example.org",
            mail_footer="Agreements Watch, 1 Main Street, Springfield, IL 62701", mail_reply_to="us@example.org",
        )  # fmt: skip
        send_every_kind(world)
        world.store.close()
        mails = server.accepted()
    found = {}
    for number, mail in enumerate(mails):
        path = tmp_path / f"{number}.eml"
        path.write_text(received(mail["content"].replace("\r\n", "\n")))
        judged = run(SPAMASSASSIN, "--local", "--prefs-file=/dev/null", path, cwd=tmp_path)
        status = re.search(r"^X-Spam-Status: .*?score=(-?[\d.]+).*?tests=(.*?)\s+autolearn", judged, re.M | re.S)
        assert status is not None
        subject = str(message_from_string(mail["content"], policy=default)["Subject"])
        found[mail["to"][0], subject] = float(status[1]), status[2]
    assert len(found) > 12
    assert {who: score for who, score in found.items() if score[0] > MOST} == {}
