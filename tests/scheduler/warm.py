"""Imported by the process that forks the killed ones: all they use is loaded, as in a service that runs for days.

Without it most kills would hit the imports, which write nothing.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from tests.scheduler.replay import days, still_site, work

with still_site() as _site, tempfile.TemporaryDirectory() as _place:
    for _day, _happen in enumerate(days(_site)[:3]):
        _happen()
        work(Path(_place) / "home", _site.url, _day, Path(_place) / "backups")
