"""The commands for readers: `serve`, `publish` (the pages as files), `export` (the tables), `datasette`."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from monitor.cli.options import DbOption, open_store, settings_with
from monitor.cli.output import say, warn


def serve(
    host: Annotated[str, typer.Option(help="Address to listen on.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.", min=0, max=65535)] = 8000,
    access_log: Annotated[bool, typer.Option("--access-log", help="Log every request to stderr.")] = False,
    db: DbOption = None,
) -> None:
    """Serve the public pages, sign-up and feeds, the API and the review desk until stopped."""
    from monitor.cli.serve_pages import serve_pages

    serve_pages(settings_with(db), host, port, access_log=access_log)


def mcp(db: DbOption = None) -> None:
    """Answer an assistant's questions over standard input and output (Model Context Protocol), for reading only."""
    from monitor.web.mcp.mcp_server import make_server

    settings = settings_with(db)
    make_server(settings.home, settings.public_url).run("stdio")


def publish(
    target: Annotated[str, typer.Argument(metavar="DIR", help="Directory, or s3://bucket/prefix.")],
    pdf: Annotated[bool, typer.Option("--pdf/--no-pdf", help="The one-pagers as PDF too (takes longer).")] = False,
    documents: Annotated[
        bool, typer.Option("--documents/--no-documents", help="Copies of the agreement documents too (gigabytes).")
    ] = False,
    db: DbOption = None,
) -> None:
    """Write the pages, downloads and map data as static files; only what changed is written."""
    from monitor.web.feeds.app import list_feeds
    from monitor.web.pages.addresses import make_site
    from monitor.web.pages.publish import publish as publish_site
    from monitor.web.pages.publish_targets import open_sink

    with open_store(db) as store:
        settings = settings_with(db)
        feeds = list_feeds(store, settings)
        site = make_site(store, settings.public_url_if_set)
        done = publish_site(site, open_sink(target), pdf=pdf, documents=documents, extra=feeds)
    if not settings.public_url_if_set:
        warn(f"links in feeds lead to {settings.public_url}; set ICE_AGREEMENTS_PUBLIC_URL to the address readers use")
    say(f"{done.files} files: {done.rendered} rendered, {done.written} written, {done.removed} removed")


def export(
    target: Annotated[Path, typer.Argument(metavar="DIR", help="Directory for the files.")], db: DbOption = None
) -> None:
    """Write the tables as CSV, JSON, Parquet and SQLite, with datapackage.json and codebook.csv."""
    from monitor.i18n.language import language
    from monitor.web.pages.publish_targets import DirectorySink
    from monitor.web.pages.site import Site
    from monitor.web.pages.views import downloads_page

    with open_store(db) as store:
        site = Site(store)
        downloads_page.routes(site)
        sink = DirectorySink(target)
        for route in site.routes:
            for address, _ in route.addresses(site.book()) if route.addresses and not route.translated else ():
                page = site.page(address, language("en"), {})
                if page is not None and page.body is not None:
                    name = address.removeprefix("data/")
                    sink.write(name, page.body, page.media)
                    say(f"{target / name}: {len(page.body):,} bytes")


def datasette(db: DbOption = None) -> None:
    """Print the metadata for Datasette: descriptions, units, facets, and which tables are private."""
    from monitor.web.datasette import METADATA

    settings_with(db)  # misspelt settings stop every command
    sys.stdout.write(METADATA.read_text(encoding="utf-8"))
