"""Backups in a bucket: an S3 server on loopback, a machine lost, a passphrase forgotten."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import obstore
import pytest
from obstore.exceptions import GenericError
from obstore.store import from_url

from db.backup import BackupError, copy_database
from db.database import Store
from db.errors import NotFoundError
from db.integrity import list_unknown_documents
from db.keys import load_or_make_key
from db.queries import fetches
from db.queries.switches import SENDING_PAUSED, get_switch
from db.remote_backup import (
    Bucket,
    back_up_to_bucket,
    copy_documents,
    copy_keys,
    list_bucket_backups,
    list_documents,
    open_bucket,
    restore_from_bucket,
)
from db.settings import Settings
from tests.buckets import make_bucket, serving_s3

AT = "2026-01-05T16:00:00Z"
LISTS = (b"first list", b"second list")


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """The variables by which an S3 server is found."""
    with serving_s3() as variables:
        yield variables


@pytest.fixture(params=["", "correct horse battery"], ids=["plain", "encrypted"])
def settings(request: pytest.FixtureRequest) -> Settings:
    return Settings(backup_passphrase=request.param, backup_bucket_days=10)


@pytest.fixture
def bucket(
    s3: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> Bucket:
    """A new bucket."""
    for variable, value in s3.items():
        monkeypatch.setenv(variable, value)
    name = f"b{abs(hash(request.node.nodeid)):x}"
    make_bucket(s3, name)
    return open_bucket(f"s3://{name}/ice", settings)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    """A store with two documents and a key."""
    with Store.open(tmp_path / "home") as opened:
        for data in LISTS:
            fetches.record_document(opened, opened.archive.put(data), AT)
        load_or_make_key(opened.home, "secret.key")
        yield opened


def objects(bucket: Bucket) -> dict[str, bytes]:
    """Every object as the server has it."""
    store = from_url(bucket.url)
    names = [str(one["path"]) for chunk in obstore.list(store) for one in chunk]
    return {name: bytes(obstore.get(store, name).bytes()) for name in names}


def test_a_lost_machine_is_restored_with_its_documents_and_keys(
    store: Store, bucket: Bucket, settings: Settings, tmp_path: Path
) -> None:
    made = back_up_to_bucket(store, bucket, settings, at=AT)
    assert (made.documents, made.new_documents) == (2, 2)
    new = tmp_path / "elsewhere"
    done = restore_from_bucket(bucket, new, at="2026-01-06T16:00:00Z")
    assert (done.documents, done.new_documents) == (2, 2)
    key = new / "secret.key"
    assert key.read_text() == (store.home / "secret.key").read_text()
    assert key.stat().st_mode & 0o777 == 0o600
    with Store.open(new) as restored:
        assert [restored.archive.get(sha256) for sha256 in restored.archive] == [
            store.archive.get(sha256) for sha256 in store.archive
        ]
        assert get_switch(restored, SENDING_PAUSED) is not None
    with pytest.raises(BackupError, match="--replace"):
        restore_from_bucket(bucket, new, at=AT)


def test_what_is_encrypted_cannot_be_read_without_the_passphrase(
    store: Store, bucket: Bucket, settings: Settings
) -> None:
    back_up_to_bucket(store, bucket, settings, at=AT)
    kept = objects(bucket)
    readable = [name for name, data in kept.items() if any(text in data for text in LISTS)]
    encrypted = bool(settings.backup_passphrase.get_secret_value())
    assert len(readable) == (0 if encrypted else 2)
    assert json.loads(kept["backup.json"])["encrypted"] is encrypted
    with pytest.raises(BackupError, match="backup_passphrase"):
        Bucket(bucket.url, "wrong")
    if encrypted:
        with pytest.raises(BackupError, match="are encrypted; set the setting backup_passphrase"):
            Bucket(bucket.url, "")


def test_old_backups_are_removed_by_age_and_the_documents_stay(
    store: Store, bucket: Bucket, settings: Settings
) -> None:
    for day in ("01", "05", "12", "16"):
        made = back_up_to_bucket(store, bucket, settings, at=f"2026-01-{day}T16:00:00Z")
    assert [name[15:23] for name in list_bucket_backups(bucket)] == ["20260112", "20260116"]
    assert [name[15:23] for name in made.removed] == ["20260105"]
    assert list_documents(bucket) == set(store.archive)
    assert made.new_documents == 0


def test_new_documents_are_copied_alone(store: Store, bucket: Bucket) -> None:
    assert copy_documents(store, bucket, known=set(), named=set(store.archive)) == 2
    assert copy_documents(store, bucket, known=list_documents(bucket), named=set(store.archive)) == 0


def test_a_bucket_without_a_backup_says_so(bucket: Bucket, tmp_path: Path) -> None:
    with pytest.raises(NotFoundError, match=r"no backup in s3://"):
        restore_from_bucket(bucket, tmp_path / "new", at=AT)


def test_a_bucket_that_is_not_there_is_one_line(s3: str, bucket: Bucket) -> None:
    with pytest.raises(BackupError) as refused:
        Bucket("s3://no-such-bucket/x", "")
    assert "\n" not in str(refused.value)
    assert str(refused.value).startswith("s3://no-such-bucket/x cannot be used: ")


def test_what_came_after_the_backup_is_restored_from_the_bucket_too(
    store: Store, bucket: Bucket, settings: Settings, tmp_path: Path
) -> None:
    """A list copied by the minute, and a key first needed after the backup: both are there after the loss."""
    back_up_to_bucket(store, bucket, settings, at=AT)
    new = store.archive.put(b"third list")
    fetches.record_document(store, new, AT)
    load_or_make_key(store.home, "desk.key")
    assert copy_documents(store, bucket, known=list_documents(bucket), named=[new]) == 1
    assert set(copy_keys(store, bucket)) == {"secret.key", "desk.key"}
    done = restore_from_bucket(bucket, tmp_path / "elsewhere", at=AT)
    assert (done.documents, done.new_documents, done.missing) == (2, 3, ())
    assert (tmp_path / "elsewhere" / "desk.key").read_text() == (store.home / "desk.key").read_text()
    with Store.open(tmp_path / "elsewhere") as restored:
        assert list_unknown_documents(restored) == [new]


def test_a_newer_copy_of_the_database_is_restored_and_what_the_bucket_lacks_is_named(
    store: Store, bucket: Bucket, settings: Settings, tmp_path: Path
) -> None:
    back_up_to_bucket(store, bucket, settings, at=AT)
    lost = store.archive.put(b"a list of the last second")
    fetches.record_document(store, lost, AT)
    copy_database(store, tmp_path / "copy.sqlite")
    done = restore_from_bucket(bucket, tmp_path / "elsewhere", at=AT, database=tmp_path / "copy.sqlite")
    assert (done.documents, done.new_documents, done.missing) == (3, 2, (lost,))
    with Store.open(tmp_path / "elsewhere") as restored:
        paused = get_switch(restored, SENDING_PAUSED)
        assert paused is not None
        assert paused.why == "restored from copy.sqlite"
    with pytest.raises(NotFoundError, match="there is no database"):
        restore_from_bucket(bucket, tmp_path / "third", at=AT, database=tmp_path / "none.sqlite")


def test_a_bucket_without_credentials_says_which_are_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the library says on a machine without any, shortened."""

    def refuse(*_: object) -> None:
        raise GenericError("Error performing PUT http://169.254.169.254/latest/api/token in 2ms - Server returned 403")

    monkeypatch.setattr(obstore, "get", refuse)
    with pytest.raises(BackupError, match="no credentials are set, as AWS_ACCESS_KEY_ID"):
        Bucket("s3://backups/ice", "")
