"""What can go wrong in telling.

StoreError (db)
└── AlertError              what was asked cannot be done; its text is one line for a person
    ├── AddressError        an address that no message can be sent to
    └── WishError           a filter, rhythm or language that does not exist
"""

from __future__ import annotations

from db.errors import StoreError


class AlertError(StoreError):
    """What was asked of the alerts cannot be done."""


class AddressError(AlertError):
    """No message can be sent to the address."""


class WishError(AlertError):
    """What somebody wishes to be told of names something that does not exist; `part` says which part of it."""

    def __init__(self, part: str, text: str) -> None:
        super().__init__(text)
        self.part = part
