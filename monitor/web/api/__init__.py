"""The JSON API: the command line's answers over HTTP, described by OpenAPI. `docs/api.md` is for those who use it."""

from monitor.web.api.app import PREFIX, routes

__all__ = ["PREFIX", "routes"]
