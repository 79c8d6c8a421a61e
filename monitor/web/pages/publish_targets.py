"""Where published files go: a directory, or a bucket of an object store. Both are written only where they differ."""

from __future__ import annotations

import contextlib
import json
import os
import secrets
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Protocol

import obstore
from obstore.store import from_url

#: What was published last: path -> [mark, checksum]. Its name begins with a dot, so that no file server lists it.
LEDGER = ".published.json"
Ledger = dict[str, list[str]]


class Sink(Protocol):
    """A place for published files, by relative path."""

    def read_ledger(self) -> Ledger:
        """Return what was published last; empty when nothing was."""

    def write(self, path: str, body: bytes, media: str) -> None:
        """Write a whole file, at the latest when `finish` returns."""

    def finish(self, gone: Iterable[str], ledger: Ledger) -> None:
        """Remove files that are no longer published; write the ledger last."""


class DirectorySink:
    """A directory; every file is written beside its place and renamed into it, so a reader never meets half a file."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self._there: set[Path] = set()  # directories that were made or found

    def read_ledger(self) -> Ledger:
        """Return what was published here last, without files that are no longer there."""
        try:
            ledger: Ledger = json.loads((self.root / LEDGER).read_text(encoding="utf-8"))
        except (FileNotFoundError, ValueError):
            return {}
        start = len(str(self.root)) + 1
        there = {f"{folder}{os.sep}{name}"[start:] for folder, _, names in os.walk(self.root) for name in names}
        return {path: known for path, known in ledger.items() if path in there}

    def write(self, path: str, body: bytes, media: str) -> None:
        """Put the file in its place."""
        place = self.root / path
        self._make_directory(place.parent)
        new = place.parent / f".new-{secrets.token_hex(8)}"
        try:
            with new.open("xb", 0) as out:
                out.write(body)
            new.chmod(0o644)  # whatever the umask
            new.replace(place)
        except BaseException:
            new.unlink(missing_ok=True)
            raise

    def _make_directory(self, directory: Path) -> None:
        """Make a directory that a web server, another user, can read; one that is there stays as it is."""
        if directory not in self._there:
            if not directory.exists():
                self._make_directory(directory.parent)
                directory.mkdir(exist_ok=True)
                directory.chmod(0o755)
            self._there.add(directory)

    def finish(self, gone: Iterable[str], ledger: Ledger) -> None:
        """Remove files that are no longer published, and empty directories; write the ledger last."""
        for path in gone:
            place = self.root / path
            place.unlink(missing_ok=True)
            with contextlib.suppress(OSError):  # not empty, or the root
                place.parent.rmdir()
        self.write(LEDGER, ledger_bytes(ledger), "application/json")


class BucketSink:
    """A bucket (`s3://bucket/prefix`); credentials and endpoint come from the usual AWS variables."""

    def __init__(self, url: str, **options: Any) -> None:
        self.store = from_url(url, **options)
        self._pool = ThreadPoolExecutor(16)
        self._waiting: list[Any] = []

    def read_ledger(self) -> Ledger:
        """Return what was published here last."""
        try:
            found: Ledger = json.loads(bytes(obstore.get(self.store, LEDGER).bytes()))
        except FileNotFoundError:
            return {}
        return found

    def write(self, path: str, body: bytes, media: str) -> None:
        """Start sending the file with its type; caches may keep it for a minute."""
        if len(self._waiting) > 500:  # bodies in memory are bounded
            self._settle()
        self._waiting.append(self._pool.submit(self._put, path, body, media))

    def finish(self, gone: Iterable[str], ledger: Ledger) -> None:
        """Wait for all files, remove those no longer published; write the ledger last."""
        self._settle()
        for path in gone:
            obstore.delete(self.store, path)
        self._put(LEDGER, ledger_bytes(ledger), "application/json")
        self._pool.shutdown()

    def _settle(self) -> None:
        for one in self._waiting:
            one.result()
        self._waiting.clear()

    def _put(self, path: str, body: bytes, media: str) -> None:
        attributes = {"Content-Type": media, "Cache-Control": "public, max-age=60"}
        obstore.put(self.store, path, body, attributes=attributes, use_multipart=False)


def ledger_bytes(ledger: Ledger) -> bytes:
    """Return the ledger as it is stored: sorted, so that equal ones are the same bytes."""
    return json.dumps(ledger, sort_keys=True, separators=(",", ":"), indent=0).encode()


def open_sink(target: str, **options: Any) -> Sink:
    """Return the sink at a directory or an `s3://` address."""
    return BucketSink(target, **options) if "://" in target else DirectorySink(Path(target))
