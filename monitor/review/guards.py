"""What one person must not do with one click: rulings with far-reaching effects ask an administrator to type a number.

ICE's lists are held when they remove more rows than the guard allows; the same limit holds for what people release.
"""

from __future__ import annotations

from dataclasses import dataclass

from db.desk_models import RulingRecord, User
from monitor import policy
from monitor.review.decide import RulingError
from monitor.review.preview import Effects

#: Rulings that a reviewer, and an administrator, may make at once.
REVIEWER_MOST, ADMINISTRATOR_MOST = 50, 2000
#: More rulings than this, imported or made at once, need the second confirmation.
UNCONFIRMED_MOST = 50


@dataclass(frozen=True, slots=True)
class Guard:
    """A second confirmation that is needed: why, and what must be typed."""

    why: str
    typed: str


def find_guard(effects: Effects, rulings: int) -> Guard | None:
    """Return the second confirmation that rulings with these effects need; None when they need none."""
    endings = sum(line.kind in ("termination", "pending_withdrawn") for line in effects.new)
    if endings > policy.HOLD_ROWS:
        return Guard(f"it states that {endings} agreements are no longer listed", str(endings))
    if len(effects.retracted) > policy.HOLD_ROWS:
        return Guard(f"it retracts {len(effects.retracted)} lines of the log", str(len(effects.retracted)))
    lost = sum(line.was == "accepted" != line.then for line in effects.lists)
    if lost:
        return Guard(f"it takes {lost} accepted list{'' if lost == 1 else 's'} out", str(lost))
    if rulings > UNCONFIRMED_MOST:
        return Guard(f"it is {rulings} rulings at once", str(rulings))
    return None


def require_right_to_undo(user: User, made: RulingRecord, lines: int) -> None:
    """Raise `RulingError` when a reviewer undoes what a colleague ruled and that changed many lines of the log."""
    if lines > policy.HOLD_ROWS and not user.is_administrator and made.reviewer != user.name:
        raise RulingError(
            f"An administrator or {made.reviewer} must undo this, because it changed {lines} lines of the log."
            " Nothing was done."
        )


def most_at_once(user: User) -> int:
    """Return how many rulings the user may make at once."""
    return ADMINISTRATOR_MOST if user.is_administrator else REVIEWER_MOST


def require_confirmation(guard: Guard | None, user: User, typed: str) -> None:
    """Raise `RulingError`, saying what to do, unless an administrator typed what the guard asks for."""
    if guard is None:
        return
    if not user.is_administrator:
        raise RulingError(f"An administrator must decide this, because {guard.why}. Nothing was done.")
    if typed.strip().replace(",", "") != guard.typed:
        raise RulingError(f"Type {guard.typed} to confirm, because {guard.why}. Nothing was done.")
