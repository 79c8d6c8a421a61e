"""Changes as messages tell them, made without a store."""

from __future__ import annotations

from db.alert_models import What
from monitor.alerts.describe_change import ChangeText

SITE = "https://agreements.example.org"


def of(
    kind: str,
    n: int = 1,
    place: str = "",
    what: What = "news",
    agency: str = "",
    model: str = "TFM",
    before: str = "",
    unsettled: bool = False,
) -> list[ChangeText]:
    """n changes of n agencies, or of the one named."""
    state = {"Florida": "FL", "Georgia": "GA", "Texas": "TX", "Virginia": "VA"}.get(place.split(", ")[-1], "")
    return [
        ChangeText(
            f"{kind}{number}", what, kind, kind, agency or f"Town {number}", agency or f"{place}-{number}", place,
            state, model, unsettled, "", ("fact",), "", before, "", f"{SITE}/changes/{kind}{number}/", "",
            f"2025-06-0{number % 9 + 1}",
        )
        for number in range(n)
    ]  # fmt: skip
