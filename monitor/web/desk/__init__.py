"""The review desk: where people decide what the rules leave open. `docs/desk.md` is for them."""
