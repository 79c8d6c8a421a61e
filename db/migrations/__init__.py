"""Every change of the tables, in the order in which it was made; importing the package registers them all."""

from db.migrations import m001_facts, m002_service, m003_alerts, m004_desk, m005_outbox, m006_checkpoints  # noqa: F401 - registers, in this order
from db.migrations.registry import migrations

__all__ = ["migrations"]
