"""Backups in a bucket of any object store (S3, GCS, Azure, a directory): the machine can be lost, and nothing else is.

    PREFIX/backup.json                            how the objects are encrypted, if they are
    PREFIX/ice-agreements-20260105T160000Z.sqlite one object a backup, compressed
    PREFIX/ice-agreements-20260105T160000Z.keys   the keys of that day
    PREFIX/ice-agreements.keys                    the keys of now, which are copied as documents are
    PREFIX/archive/ab/cdef…                       the documents of all of them; none is ever removed

With a passphrase (the setting `backup_passphrase`) every object but `backup.json` is a Fernet token: AES-128-CBC with
HMAC-SHA256, under a key that scrypt makes of the passphrase. Without it they are as safe as the bucket is private.
Credentials and endpoint come from the variables that the store's own tools use (`AWS_ACCESS_KEY_ID`, …).
"""

from __future__ import annotations

import base64
import json
import secrets
import tempfile
import zlib
from collections.abc import Collection, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import obstore
from cryptography.fernet import Fernet, InvalidToken
from cryptography.hazmat.primitives.kdf.scrypt import Scrypt
from obstore.exceptions import BaseError
from obstore.store import ObjectStore, from_url

from db.backup import (
    KEYS_SUFFIX,
    PREFIX,
    SUFFIX,
    Backup,
    BackupError,
    check_database,
    copy_database,
    make_stamp,
    read_documents_of,
)
from db.database import Store, parse_time, to_text
from db.errors import NotFoundError
from db.keys import read_keys
from db.restore import Kept, put_in_place, refuse_existing
from db.settings import Settings

_HEAD = "backup.json"
_KEYS = "ice-agreements.keys"
#: scrypt's cost: 64 MB and a quarter of a second for each try of a passphrase.
_COST = 2**16
#: Where machines of the cloud's own get their credentials.
_MACHINE_CREDENTIALS = "169.254.169.254"


class Bucket:
    """A place in an object store, whose objects are encrypted when a passphrase is set."""

    def __init__(self, url: str, passphrase: str, **options: Any) -> None:
        self.url = url.rstrip("/")
        try:
            self._store: ObjectStore = from_url(self.url, **options)
            self._cipher = self._open_cipher(passphrase)
        except (BaseError, ValueError, OSError) as error:
            raise BackupError(f"{self.url} cannot be used: {_first_line(error)}") from error

    def put(self, name: str, data: bytes) -> None:
        """Store an object."""
        try:
            obstore.put(self._store, name, self._cipher.encrypt(data) if self._cipher else data)
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.url}/{name} cannot be written: {_first_line(error)}") from error

    def get(self, name: str) -> bytes:
        """Return an object's bytes; raise `NotFoundError` when there is none of that name."""
        try:
            data = bytes(obstore.get(self._store, name).bytes())
            return self._cipher.decrypt(data) if self._cipher else data
        except FileNotFoundError as error:
            raise NotFoundError(f"there is no {self.url}/{name}") from error
        except InvalidToken as error:
            raise BackupError(f"{self.url}/{name} is damaged: it cannot be decrypted") from error
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.url}/{name} cannot be read: {_first_line(error)}") from error

    def names(self, beginning: str = "") -> Iterator[str]:
        """Yield the names of the objects in a directory of the bucket."""
        try:
            for chunk in obstore.list(self._store, prefix=beginning or None):
                yield from (str(one["path"]) for one in chunk)
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.url} cannot be listed: {_first_line(error)}") from error

    def remove(self, name: str) -> None:
        """Remove an object, if it is there."""
        try:
            obstore.delete(self._store, name)
        except FileNotFoundError:
            pass
        except (BaseError, OSError) as error:
            raise BackupError(f"{self.url}/{name} cannot be removed: {_first_line(error)}") from error

    def _open_cipher(self, passphrase: str) -> Fernet | None:
        try:
            head = json.loads(bytes(obstore.get(self._store, _HEAD).bytes()))
        except FileNotFoundError:
            salt = secrets.token_hex(16)
            head = {"version": 1, "encrypted": bool(passphrase), "kdf": "scrypt", "n": _COST, "salt": salt}
            cipher = _make_cipher(passphrase, head) if passphrase else None
            if cipher:
                head["check"] = cipher.encrypt(b"ice-agreements").decode()
            obstore.put(self._store, _HEAD, json.dumps(head).encode())
            return cipher
        if head["encrypted"] != bool(passphrase):
            said, do = ("are encrypted", "set") if head["encrypted"] else ("are not encrypted", "unset")
            raise BackupError(f"the backups in {self.url} {said}; {do} the setting backup_passphrase")
        if not passphrase:
            return None
        cipher = _make_cipher(passphrase, head)
        try:
            cipher.decrypt(head["check"].encode())
        except InvalidToken as error:
            raise BackupError(f"the setting backup_passphrase is not that of the backups in {self.url}") from error
        return cipher


def open_bucket(url: str, settings: Settings) -> Bucket:
    """Return the bucket at an address such as `s3://bucket/prefix`."""
    return Bucket(url, settings.backup_passphrase.get_secret_value())


def back_up_to_bucket(store: Store, bucket: Bucket, settings: Settings, *, at: str) -> Backup:
    """Make a backup in the bucket, read it back, and remove those older than the setting `backup_bucket_days`."""
    name = f"{PREFIX}{make_stamp(at)}{SUFFIX}"
    with tempfile.TemporaryDirectory(prefix="ice-agreements-") as place:
        copy = Path(place) / name
        copy_database(store, copy)
        check_database(copy)
        named = {sha256 for sha256, _ in read_documents_of(copy)}
        new = copy_documents(store, bucket, known=list_documents(bucket), named=named)
        data = copy.read_bytes()
        bucket.put(Path(name).with_suffix(KEYS_SUFFIX).name, json.dumps(read_keys(store.home)).encode())
        bucket.put(name, zlib.compress(data))
        if zlib.decompress(bucket.get(name)) != data:
            raise BackupError(f"{bucket.url}/{name} is not what was written; the backup is not to be trusted")
    oldest = f"{PREFIX}{make_stamp(to_text(parse_time(at) - timedelta(days=settings.backup_bucket_days)))}"
    removed = [one for one in list_bucket_backups(bucket) if one < oldest and one != name]
    for one in removed:
        bucket.remove(one)
        bucket.remove(Path(one).with_suffix(KEYS_SUFFIX).name)
    return Backup(Path(name), len(named), new, tuple(removed))


def copy_documents(store: Store, bucket: Bucket, *, known: Collection[str], named: Collection[str]) -> int:
    """Copy those of the documents `named` that the bucket does not have (`known` are those it has); return how many."""
    missing = sorted(set(named) - set(known))
    for sha256 in missing:
        bucket.put(f"archive/{sha256[:2]}/{sha256[2:]}", store.archive.get(sha256))
    return len(missing)


def copy_keys(store: Store, bucket: Bucket) -> dict[str, str]:
    """Copy the keys as they are now to the bucket; return them."""
    keys = read_keys(store.home)
    bucket.put(_KEYS, json.dumps(keys).encode())
    return keys


def list_documents(bucket: Bucket) -> set[str]:
    """Return the sha256 of every document in the bucket."""
    return {"".join(name.split("/")[-2:]) for name in bucket.names("archive")}


def list_bucket_backups(bucket: Bucket) -> list[str]:
    """Return the names of the backups in the bucket, oldest first."""
    names = (name.rpartition("/")[2] for name in bucket.names())
    return sorted(name for name in names if name.startswith(PREFIX) and name.endswith(SUFFIX))


def restore_from_bucket(
    bucket: Bucket, home: Path, *, at: str, replace: bool = False, database: Path | None = None
) -> Backup:
    """Restore the newest backup of the bucket into the data directory, as `db.restore.restore` does."""
    refuse_existing(home, replace=replace)
    names = list_bucket_backups(bucket)
    if not names:
        raise NotFoundError(f"no backup in {bucket.url}; its objects are named {PREFIX}…{SUFFIX}")
    with tempfile.TemporaryDirectory(prefix="ice-agreements-") as place:
        path = Path(place) / names[-1]
        try:
            path.write_bytes(zlib.decompress(bucket.get(path.name)))
        except zlib.error as error:
            raise BackupError(f"{bucket.url}/{path.name} is damaged: {error}") from error
        check_database(path)
        keys = json.loads(bucket.get(path.with_suffix(KEYS_SUFFIX).name))
        with suppress(NotFoundError):
            keys |= json.loads(bucket.get(_KEYS))
        kept = Kept(lambda sha256: bucket.get(f"archive/{sha256[:2]}/{sha256[2:]}"), list_documents(bucket), keys)
        return put_in_place(path, kept, home, at=at, database=database)


def _make_cipher(passphrase: str, head: dict[str, Any]) -> Fernet:
    derived = Scrypt(salt=bytes.fromhex(head["salt"]), length=32, n=head["n"], r=8, p=1).derive(passphrase.encode())
    return Fernet(base64.urlsafe_b64encode(derived))


def _first_line(error: BaseException) -> str:
    text = str(error).strip().partition("\n")[0]
    if _MACHINE_CREDENTIALS in text:  # where credentials are looked for last
        return "no credentials are set, as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, and the machine has none"
    return text
