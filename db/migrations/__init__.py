"""Every change of the tables, in the order in which it was made; importing the package registers them all."""

from db.migrations import (  # noqa: F401 - registers, in this order
    m001_facts,
    m002_service,
    m003_alerts,
    m004_desk,
    m005_outbox,
    m009_moas,
)
from db.migrations.registry import migrations

__all__ = ["migrations"]
