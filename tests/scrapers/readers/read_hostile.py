"""Run by test_hostile_workbooks.py: reads each file named on the command line in a fork with bounded memory.

Prints one JSON object a file: the error's code (or "read"), seconds, and megabytes over the baseline.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import time
from pathlib import Path

from scrapers.document_errors import DocumentError
from scrapers.readers.document import read_document

LIMIT_BYTES = 500 * 1024 * 1024


def read_bounded(path: Path) -> None:
    data = path.read_bytes()
    virtual = int(Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    resource.setrlimit(resource.RLIMIT_AS, (virtual + LIMIT_BYTES, virtual + LIMIT_BYTES))
    signal.setitimer(signal.ITIMER_PROF, 10)  # processor time: what else the machine does is no fault of the file
    start = time.process_time()
    try:
        read_document(data, name=path.name)
        code = "read"
    except DocumentError as error:
        code = error.code
    except BaseException as error:
        code = f"{type(error).__name__}: {error}"[:200]
    seconds = time.process_time() - start
    after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print(json.dumps([path.name, code, round(seconds, 2), round((after - before) / 1024)]), flush=True)


for name in sys.argv[1:]:
    child = os.fork()
    if not child:
        read_bounded(Path(name))
        os._exit(0)
    _, status = os.waitpid(child, 0)
    if status:
        print(json.dumps([Path(name).name, f"died with status {status}", 0, 0]), flush=True)
