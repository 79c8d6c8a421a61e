"""The status as Prometheus metrics, read from the store when they are asked for."""

from __future__ import annotations

from collections.abc import Iterator

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from db.database import parse_time
from db.service_models import Status
from monitor.service.health.operator_notices import NOTICES

_PREFIX = "ice_agreements_"
_COUNTS = {
    "documents": "Documents kept.",
    "publications": "Lists ever met.",
    "listed_agreements": "Agreements on the newest participating list.",
    "changes": "Changes in the log.",
    "provisional": "Changes that wait for later lists.",
    "open_reviews": "Changes that wait for a reviewer.",
    "held_lists": "Lists held for a person.",
    "wanted_lists": "Lists linked and not fetched yet.",
    "outbox_waiting": "Messages that wait to be sent.",
    "failed_runs_in_a_row": "Runs since the last good one.",
    "database_bytes": "Size of the database and its log.",
    "disk_free_bytes": "Free space where the data is.",
}


class _StatusCollector(Collector):
    def __init__(self, status: Status) -> None:
        self._status = status

    def collect(self) -> Iterator[Metric]:
        status = self._status
        for key, text in _COUNTS.items():
            yield GaugeMetricFamily(_PREFIX + key, text, value=getattr(status, key))
        yield GaugeMetricFamily(_PREFIX + "fresh", "1 when the lists were verified lately.", value=int(status.fresh))
        yield GaugeMetricFamily(
            _PREFIX + "sending_paused", "1 while nothing is sent.", value=int(status.sending_paused is not None)
        )
        if status.verified_at:  # no sample at all is how Prometheus says "never"
            yield GaugeMetricFamily(
                _PREFIX + "verified_timestamp_seconds", "When page and lists were last verified.",
                value=parse_time(status.verified_at).timestamp(),
            )  # fmt: skip
        version = GaugeMetricFamily(_PREFIX + "build_info", "1; the version is the label.", labels=["version"])
        version.add_metric([status.version], 1)
        yield version
        good = GaugeMetricFamily(_PREFIX + "job_good_timestamp_seconds", "When a job last succeeded.", labels=["job"])
        failures = GaugeMetricFamily(_PREFIX + "job_failures_in_a_row", "Failures of a job in a row.", labels=["job"])
        for name, job in status.jobs.items():
            if job.good_at:
                good.add_metric([name], parse_time(job.good_at).timestamp())
            failures.add_metric([name], job.failures)
        yield from (good, failures)
        notices = GaugeMetricFamily(_PREFIX + "notices_open", "Problems that are not over.", labels=["code"])
        for code in NOTICES:
            notices.add_metric([code], sum(notice.code == code for notice in status.notices))
        yield notices


def write_metrics(status: Status) -> bytes:
    """Return the status in Prometheus' text form."""
    registry = CollectorRegistry()
    registry.register(_StatusCollector(status))
    return generate_latest(registry)
