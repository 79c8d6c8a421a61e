"""Keys of the data directory: made once, for the owner alone, the same for everybody who asks."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from db.errors import DatabaseError
from db.keys import load_or_make_key


@pytest.mark.parametrize("umask", [0o000, 0o022, 0o077, 0o777])
def test_a_key_is_readable_by_its_owner_alone_whatever_the_umask(tmp_path: Path, umask: int) -> None:
    before = os.umask(umask)
    try:
        key = load_or_make_key(tmp_path, "secret.key")
    finally:
        os.umask(before)
    assert (tmp_path / "secret.key").stat().st_mode & 0o777 == 0o600
    assert len(key) >= 43, "32 random bytes in base64"
    assert [path.name for path in tmp_path.iterdir()] == ["secret.key"]


def test_many_that_ask_at_once_get_one_key(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as threads:
        keys = list(threads.map(lambda _: load_or_make_key(tmp_path / "home", "a.key"), range(32)))
    assert len(set(keys)) == 1
    assert load_or_make_key(tmp_path / "home", "b.key") != keys[0]


def test_an_empty_key_file_is_an_error_that_says_what_to_do(tmp_path: Path) -> None:
    (tmp_path / "secret.key").write_text("")
    with pytest.raises(DatabaseError, match=r"secret\.key holds no key; restore it from a backup"):
        load_or_make_key(tmp_path, "secret.key")
