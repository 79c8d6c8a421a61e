"""The vitals as Prometheus metrics, read from the store when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from monitor.service.health.notices import NOTICES
from monitor.service.health.vitals import moment

_PREFIX = "ice_agreements_"
_COUNTS = {
    "documents": "Documents kept.",
    "publications": "Lists ever met.",
    "listed_agreements": "Agreements on the newest participating list.",
    "changes": "Changes in the log.",
    "provisional": "Changes that wait for the next list.",
    "open_reviews": "Changes that wait for a reviewer.",
    "held_lists": "Lists held for a person.",
    "wanted_lists": "Lists linked and not had yet.",
    "outbox_waiting": "Messages that wait to be sent.",
    "failed_runs_in_a_row": "Runs since the last good one.",
    "database_bytes": "Size of the database and its log.",
    "disk_free_bytes": "Free space where the data are.",
}


class _Vitals(Collector):
    def __init__(self, vitals: dict[str, Any]) -> None:
        self._vitals = vitals

    def collect(self) -> Iterator[Metric]:
        vitals = self._vitals
        for key, text in _COUNTS.items():
            yield GaugeMetricFamily(_PREFIX + key, text, value=vitals[key])
        yield GaugeMetricFamily(_PREFIX + "fresh", "1 when the lists were verified lately.", value=int(vitals["fresh"]))
        yield GaugeMetricFamily(
            _PREFIX + "sending_paused", "1 while nothing is sent.", value=int(vitals["sending_paused"] is not None)
        )
        if vitals["verified_at"]:  # no sample at all is how Prometheus says "never"
            yield GaugeMetricFamily(
                _PREFIX + "verified_timestamp_seconds", "When page and lists were last verified.",
                value=moment(vitals["verified_at"]).timestamp(),
            )  # fmt: skip
        good = GaugeMetricFamily(_PREFIX + "job_good_timestamp_seconds", "When a job last succeeded.", labels=["job"])
        failures = GaugeMetricFamily(_PREFIX + "job_failures_in_a_row", "Failures of a job in a row.", labels=["job"])
        for name, job in vitals["jobs"].items():
            if job["good_at"]:
                good.add_metric([name], moment(job["good_at"]).timestamp())
            failures.add_metric([name], job["failures"])
        yield from (good, failures)
        notices = GaugeMetricFamily(_PREFIX + "notices_open", "Troubles that are not over.", labels=["code"])
        for code in NOTICES:
            notices.add_metric([code], sum(notice["code"] == code for notice in vitals["notices"]))
        yield notices


def write_metrics(vitals: dict[str, Any]) -> bytes:
    """The vitals in Prometheus' text form."""
    registry = CollectorRegistry()
    registry.register(_Vitals(vitals))
    return generate_latest(registry)
