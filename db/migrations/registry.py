"""The list of migrations that every module `mNNN_*` of this package adds its own to."""

from __future__ import annotations

from sqlite_utils import Migrations

#: Names of applied migrations are kept in the database: append, never edit, never rename.
migrations = Migrations("ice-agreements")
