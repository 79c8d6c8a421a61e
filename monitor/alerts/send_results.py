"""What became of one try to hand a message over."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal

#: sent: taken. later: refused for now, surely not taken. unknown: may have been taken, the answer was lost.
#: refused: not taken, for good, and not for the address. bounced: the address does not exist or wants nothing.
#: down: the relay itself cannot be used; nothing was tried for this message.
Word = Literal["sent", "later", "unknown", "refused", "bounced", "down"]
_ENHANCED = re.compile(r"\b([245])\.(\d{1,3})\.(\d{1,3})\b")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The word for it, the code the other side gave, and what it said."""

    word: Word
    code: int | None = None
    detail: str = ""


def judge_refusal(code: int, text: str, *, of_recipient: bool) -> Word:
    """Return later, refused or bounced, by the reply's code and its enhanced status (RFC 3463) where it has one."""
    if 400 <= code < 500:
        return "later"
    found = _ENHANCED.search(text)
    if found is not None:
        return judge_status(found.group(0), of_recipient=of_recipient)
    return "bounced" if of_recipient and code in (550, 551, 553) else "refused"


def judge_status(status: str, *, of_recipient: bool = True) -> Word:
    """Return the word for an enhanced status; only the address's own faults (5.1.x but 5.1.7-9, 5.2.1) are bounces."""
    kind, subject, detail = [*status.split("."), "0", "0"][:3]
    if kind == "2":
        return "sent"
    if kind == "4":
        return "later"
    own = subject == "1" and detail not in ("7", "8", "9")  # those are about the sender
    return "bounced" if of_recipient and (own or (subject, detail) == ("2", "1")) else "refused"
