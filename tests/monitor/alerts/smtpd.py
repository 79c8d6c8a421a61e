"""A real SMTP server in a process of its own, that misbehaves by plan: refuses, delays, greylists, drops, kills.

What it accepted it appends to a file, so that a test sees what a reader's mailbox would hold, whatever the sender
believes. Before a fault may be repeated the plan runs out: in the end every good address takes its mail.
"""

from __future__ import annotations

import asyncio
import json
import logging
import multiprocessing
import os
import random
import re
import signal
import socket
import time
from collections import defaultdict
from dataclasses import dataclass
from email import message_from_bytes, message_from_string
from email.policy import SMTP as SMTP_POLICY
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import Any, cast

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

#: What may happen at RCPT and at DATA. WINDOW: taken, but the sender cannot know; there a message is repeated.
AT_RCPT = ("451", "421", "drop", "kill")
AT_DATA = ("451", "drop", "late", "lost", "kill_before_accept", "kill_after_accept", "kill_after_reply")
WINDOW = ("lost", "late", "kill_after_accept")
_CHANGE = re.compile(r"/changes/([0-9a-f]{12})")


@dataclass
class Plan:
    """How the server behaves; `share` of the tries go wrong until each address had `most` faults."""

    seed: int = 0
    share: float = 0.0
    most: int = 3
    kills: bool = False
    nobody: tuple[str, ...] = ()  # addresses that do not exist
    late_seconds: float = 0.0


class Handler:
    """aiosmtpd's handler: by the plan, and written down."""

    def __init__(self, plan: Plan, log: Path, worker: Synchronized[int]) -> None:
        self.plan = plan
        self.log = log
        self.worker = worker
        self.random = random.Random(plan.seed)
        self.faults: dict[str, int] = defaultdict(int)
        self.in_window: set[str] = set()
        self.newest = ""
        self.lates = 0  # each costs a test the sender's whole patience: one a plan

    async def handle_RCPT(
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.plan.nobody:
            return "550 5.1.1 no such person"
        fault = self._fault(address, AT_RCPT)
        if fault == "451":
            return "451 4.7.1 greylisted, come again"
        if fault == "421":
            return "421 4.3.2 closing"
        if fault == "kill":
            self._kill()
        if fault in ("drop", "kill"):
            _hang_up(server)
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 fine"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:
        address, content = envelope.rcpt_tos[0], cast(bytes, envelope.content)
        fault = self._fault(address, AT_DATA)
        message_id = str(message_from_bytes(content)["Message-ID"])
        if fault in WINDOW and message_id in self.in_window:
            fault = ""  # the window is entered once a message: more than one repeat would be the sender's fault
        if fault == "451" or (fault == "late" and self.lates):
            return "451 4.3.0 not now"
        if fault == "kill_before_accept":
            self._kill()
        if fault in ("drop", "kill_before_accept"):
            _hang_up(server)
            return "250 never seen"
        if fault == "late":
            self.lates += 1
        self._write(fault or "accepted", envelope, content, message_id)
        if fault in WINDOW:
            self.in_window.add(message_id)
        if fault == "kill_after_accept":
            self._kill()
        if fault == "late":
            await asyncio.sleep(self.plan.late_seconds)  # longer than the sender waits
        if fault in ("lost", "kill_after_accept"):
            _hang_up(server)
        if fault == "kill_after_reply":
            server.loop.call_later(self.random.random() / 200, self._kill_whoever_is_at_it)
        return "250 2.0.0 taken"

    def _fault(self, address: str, faults: tuple[str, ...]) -> str:
        if self.faults[address] >= self.plan.most or self.random.random() >= self.plan.share:
            return ""
        self.faults[address] += 1
        fault = self.random.choice(faults)
        return "451" if fault.startswith("kill") and not self.plan.kills else fault

    def _kill(self) -> None:
        if self.worker.value:
            os.kill(self.worker.value, signal.SIGKILL)

    def _kill_whoever_is_at_it(self) -> None:
        """The sender dies after the newest reply: its message may be repeated, unless it already may."""
        if self.newest not in self.in_window:
            self.in_window.add(self.newest)
            self._note({"event": "killed", "id": self.newest})
            self._kill()

    def _write(self, event: str, envelope: Envelope, content: bytes, message_id: str) -> None:
        line = {
            "event": event, "from": envelope.mail_from, "to": envelope.rcpt_tos, "id": message_id,
            "content": content.decode("ascii"),
        }  # fmt: skip
        self.newest = message_id
        self._note(line)

    def _note(self, line: dict[str, Any]) -> None:
        with self.log.open("a", encoding="utf-8") as out:
            out.write(json.dumps(line) + "\n")


class Server:
    """The server's process; use it as a context manager."""

    def __init__(self, plan: Plan, log: Path) -> None:
        self.log = log
        self.port = _free_port()
        context = multiprocessing.get_context("fork")
        self.worker = context.Value("i", 0)
        self._process = context.Process(target=_serve, args=(plan, log, self.worker, self.port), daemon=True)

    def accepted(self) -> list[dict[str, Any]]:
        """What it took, in order."""
        if not self.log.exists():
            return []
        return [json.loads(line) for line in self.log.read_text(encoding="utf-8").splitlines()]

    def __enter__(self) -> Server:
        self._process.start()
        for _ in range(500):
            try:
                socket.create_connection(("127.0.0.1", self.port), 1).close()
            except OSError:
                time.sleep(0.01)
            else:
                return self
        raise RuntimeError("the SMTP server did not start")

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.join()


def told(entry: dict[str, str]) -> list[str]:
    """Ids of the changes in a message's text part, in order; `correction` where it corrects an earlier message.

    A correction stands alone, or in the return that explains it.
    """
    body = message_from_string(entry["content"], policy=SMTP_POLICY).get_body(("plain",))
    assert body is not None
    found = []
    for block in body.get_content().split("\n* ")[1:]:
        if not block.startswith("Correction to"):
            found.append(_CHANGE.findall(block)[0])
        found += ["correction"] * block.count("This corrects our message of")
    return found


def _hang_up(server: SMTP) -> None:
    cast(asyncio.Transport, server.transport).abort()


def _serve(plan: Plan, log: Path, worker: Synchronized[int], port: int) -> None:
    logging.disable(logging.CRITICAL)
    loop = asyncio.new_event_loop()
    asyncio.set_event_loop(loop)
    controller = Controller(Handler(plan, log, worker), hostname="127.0.0.1", port=port)
    controller.start()
    while True:
        time.sleep(3600)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
