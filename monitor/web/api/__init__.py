"""The JSON API: the command line's answers over HTTP. `docs/api.md` is for those who use it.

Importing `monitor.web.api.app` imports FastAPI, which takes a quarter of a second: only `serve` does so.
"""

PREFIX = "/api/v1"
