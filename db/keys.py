"""Secret keys of the data directory: made when first needed, readable by the owner alone, kept with the backups."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from db.errors import DatabaseError

_SHORTEST = 32  # characters


def load_or_make_key(home: Path, name: str) -> str:
    """Return the key stored in `home/name`, made at random when the file is missing; DatabaseError when unusable."""
    path = home / name
    try:
        if not path.is_file():
            _make_key(path)
        key = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise DatabaseError(f"the key file {path} cannot be made or read: {error.strerror}") from error
    if len(key) < _SHORTEST:
        raise DatabaseError(f"the key file {path} holds no key; restore it from a backup, or remove it for a new one")
    return key


def _make_key(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    fresh = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    # Opened with its mode, so that no other user can read it even for a moment; fchmod, as a umask may take more.
    handle = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        os.fchmod(handle, 0o600)
        os.write(handle, secrets.token_urlsafe(32).encode())
        os.fsync(handle)
    finally:
        os.close(handle)
    try:
        os.link(fresh, path)  # the first of two processes wins, and both read the same key
    except FileExistsError:
        pass
    finally:
        fresh.unlink()
