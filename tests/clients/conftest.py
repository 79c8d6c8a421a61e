"""`serve` in a process of its own, over the short made-up history."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator

import pytest

from tests.monitor.web.desk.history import make_history


def answers(address: str) -> bool:
    """Whether the port, which was bound before, is listened on."""
    try:
        urllib.request.urlopen(f"{address}/feeds/").close()
    except urllib.error.URLError:
        return False
    return True


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the site, without a slash at its end."""
    root = tmp_path_factory.mktemp("served")
    make_history(root / "home", root / "lists")
    command = [sys.executable, "-m", "scheduler", "--db", str(root / "home"), "serve", "--port", "0"]
    env = {**os.environ, "ICE_AGREEMENTS_PUBLIC_URL": "https://agreements.example.org"}
    with subprocess.Popen(command, env=env, stderr=subprocess.PIPE, text=True) as serving:
        assert serving.stderr is not None
        found = None
        while found is None and (line := serving.stderr.readline()):
            found = re.search(r"serves .* at (http://\S+)/$", line)
        assert found is not None, "`serve` ended"
        while not answers(found[1]):
            time.sleep(0.1)
        yield found[1]
        serving.terminate()
