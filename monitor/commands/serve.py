"""The commands that show: `serve` answers readers, `publish` writes the pages as files, `export` the tables."""

from __future__ import annotations

from typing import Annotated

import typer

from monitor.commands.options import DbOption, settings_with
from monitor.output import warn


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8287,
    db: DbOption = None,
) -> None:
    """Serve the public pages until stopped."""
    import uvicorn

    from monitor.pages.app import create_app

    app = create_app(settings_with(db).home)
    warn(f"pages at http://{host}:{port}/")
    uvicorn.run(
        app, host=host, port=port, log_level="warning", access_log=False, server_header=False, proxy_headers=False,
        lifespan="on", limit_concurrency=2000, timeout_keep_alive=15,
    )  # fmt: skip
