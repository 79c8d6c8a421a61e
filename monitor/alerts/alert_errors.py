"""What can go wrong in telling subscribers.

StoreError (db)
└── AlertError                what was asked cannot be done; its text is one line for a person
    ├── AddressError          an address that no message can be sent to
    │   └── SuppressedError   an address that is never written to
    └── PreferenceError       a filter, rhythm or language that does not exist
"""

from __future__ import annotations

from db.errors import StoreError


class AlertError(StoreError):
    """What was asked of the alerts cannot be done."""


class AddressError(AlertError):
    """No message can be sent to the address."""


class SuppressedError(AddressError):
    """The address is never written to; only a person can lift that."""


class PreferenceError(AlertError):
    """A subscription asks for something that does not exist; `part` names the part of it that is wrong."""

    def __init__(self, part: str, text: str) -> None:
        super().__init__(text)
        self.part = part
