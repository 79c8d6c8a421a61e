"""The review desk: where people settle what the rules leave open. `docs/desk.md` is for them."""

from monitor.web.desk.app import PREFIX, make_desk, routes

__all__ = ["PREFIX", "make_desk", "routes"]
