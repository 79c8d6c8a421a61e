"""Documents kept as received, named by their sha256, never edited.

A document is written to a temporary file, flushed to the disk and renamed into place, so that a crash at any
instant leaves either no document or the whole document. Bytes are stored before anything reads them.
"""

from __future__ import annotations

import hashlib
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path

from db.errors import ArchiveError, NotFoundError


class Archive:
    """A directory of documents; `ab/cdef…` holds the document whose sha256 is `abcdef…`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def path(self, sha256: str) -> Path:
        """Return the path of a document, whether it is there or not."""
        if len(sha256) != 64 or any(c not in "0123456789abcdef" for c in sha256):
            raise ArchiveError(f"not a sha256: {sha256!r}; give the 64 hexadecimal digits of a document")
        return self.root / sha256[:2] / sha256[2:]

    def put(self, data: bytes) -> str:
        """Keep `data` and return its sha256; it is on the disk when this returns. Doing it again changes nothing."""
        sha256 = hashlib.sha256(data).hexdigest()
        place = self.path(sha256)
        try:
            if place.is_file() and place.stat().st_size == len(data):
                return sha256
            place.parent.mkdir(parents=True, exist_ok=True)
            handle, temporary = tempfile.mkstemp(dir=place.parent, prefix=".new-")
            try:
                with os.fdopen(handle, "wb") as out:
                    out.write(data)
                    out.flush()
                    os.fsync(out.fileno())
                Path(temporary).replace(place)
            except BaseException:
                Path(temporary).unlink(missing_ok=True)
                raise
            self.sync_directory(place.parent)
        except OSError as error:
            raise ArchiveError(
                f"cannot keep a document in {place.parent}: {error.strerror or error}; "
                "free some space or fix the directory's permissions, then run again"
            ) from error
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return the document's bytes; `NotFoundError` when it is not here, `ArchiveError` when it was damaged."""
        try:
            data = self.path(sha256).read_bytes()
        except FileNotFoundError as error:
            raise NotFoundError(f"no document {sha256} in {self.root}; restore it from a backup") from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ArchiveError(f"document {sha256} is damaged on the disk; restore it from a backup")
        return data

    def has(self, sha256: str) -> bool:
        """Return whether the document is here (its bytes are not checked)."""
        return self.path(sha256).is_file()

    def __iter__(self) -> Iterator[str]:
        """Yield every document's sha256, sorted."""
        for shelf in sorted(self.root.glob("[0-9a-f][0-9a-f]")):
            for place in sorted(shelf.iterdir()):
                if not place.name.startswith("."):
                    yield shelf.name + place.name

    @staticmethod
    def sync_directory(directory: Path) -> None:
        """Make the rename itself durable: on POSIX a new name is on the disk only after its directory is."""
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
