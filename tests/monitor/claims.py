"""What must be true in the lists for a sentence to be said: one check for each row of `claims.tsv`."""

from __future__ import annotations

from tests.monitor import claims_of_changes, claims_of_counts, claims_of_rows
from tests.monitor.claim_base import CHECKS, Subject

__all__ = ["CHECKS", "Subject", "claims_of_changes", "claims_of_counts", "claims_of_rows"]
