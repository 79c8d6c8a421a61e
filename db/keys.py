"""Secret keys of the data directory: made when first needed, readable by the owner alone, kept with the backups."""

from __future__ import annotations

import os
import secrets
from pathlib import Path

from db.errors import DatabaseError

_SHORTEST = 32  # characters
#: Every key there can be: for the links in messages, and for the cookies of the desk.
KEY_NAMES = ("secret.key", "desk.key")


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


def read_keys(home: Path) -> dict[str, str]:
    """Return the keys that are in the data directory, by name; one that was never needed is not among them."""
    found = {}
    for name in KEY_NAMES:
        try:
            found[name] = (home / name).read_text(encoding="ascii").strip()
        except FileNotFoundError:
            continue
        except (OSError, ValueError) as error:
            raise DatabaseError(f"the key file {home / name} cannot be read: {error}") from error
    return found


def write_key(home: Path, name: str, key: str, *, at: str) -> None:
    """Store a restored key; one that was there and differs is kept as `NAME.before-AT`."""
    path = home / name
    if path.is_file():
        if path.read_text(encoding="ascii").strip() == key:
            return
        path.replace(path.with_name(f"{name}.before-{at}"))
    home.mkdir(parents=True, exist_ok=True)
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as out:
        out.write(key)
        out.flush()
        os.fsync(out.fileno())


def find_key_faults(home: Path) -> list[str]:
    """Return a finding for each key that is cut short or that others may read."""
    found = []
    for name, key in read_keys(home).items():
        path = home / name
        if len(key) < _SHORTEST:
            found.append(f"keys: {path} holds no key; restore it from a backup, or remove it for a new one")
        if path.stat().st_mode & 0o077:
            found.append(f"keys: others can read {path}; run `chmod 600 {path}`")
    return found
