"""Every change of the tables, in the order in which it was made.

The modules are those of this directory, `mNNN_<subject>.py`, in the order of their numbers. They are imported only
where a database has to be brought up to date: sqlite-utils takes a tenth of a second to import, and most commands find
the database as they need it.
"""

from __future__ import annotations

import zlib
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from sqlite_utils import Migrations

#: The modules that hold migrations, oldest first.
MODULES = tuple(sorted(path.stem for path in Path(__file__).parent.glob("m[0-9][0-9][0-9]_*.py")))
#: What `pragma user_version` of a database says that has every migration of these modules.
SCHEMA_VERSION = zlib.crc32("\n".join(MODULES).encode()) & 0x7FFFFFFF


def load_migrations() -> Migrations:
    """Return all migrations, registered in order."""
    from db.migrations.registry import migrations

    for name in MODULES:
        import_module(f"{__name__}.{name}")
    return migrations
