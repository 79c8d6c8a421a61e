"""What is switched on or waited for, since when and why. A switch without a row is off."""

from __future__ import annotations

from typing import NamedTuple

from db.database import Store

#: While this is on no message leaves: set by `restore`, turned off by a person.
SENDING_PAUSED = "sending_paused"
#: The source asked not to be asked before the time that is this switch's value.
NOT_BEFORE = "not_before"


class Switch(NamedTuple):
    """A switch that is on."""

    value: str
    set_at: str
    why: str


def get_switch(store: Store, name: str) -> Switch | None:
    """Return the switch, None when it is off."""
    row = store.connection.execute("select value, set_at, why from switches where name = ?", [name]).fetchone()
    return Switch(*row) if row else None


def set_switch(store: Store, name: str, value: str, *, at: str, why: str) -> None:
    """Turn the switch on, with this value."""
    with store.writing() as connection:
        connection.execute(
            "insert into switches (name, value, set_at, why) values (?,?,?,?) on conflict (name) do update set"
            " value = excluded.value, set_at = excluded.set_at, why = excluded.why",
            [name, value, at, why],
        )


def clear_switch(store: Store, name: str) -> bool:
    """Turn the switch off; return whether it was on."""
    with store.writing() as connection:
        return connection.execute("delete from switches where name = ?", [name]).rowcount > 0
