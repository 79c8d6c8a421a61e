"""An S3 server on loopback, and Litestream with the configuration of docs/deploy."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import requests
from moto.server import ThreadedMotoServer

from db.database import DATABASE_NAME
from tests.paths import ROOT

CONFIG = ROOT / "docs" / "deploy" / "litestream.yml"
#: What `make clients` installed; its wrapper for Node would leave the program alive when it is killed.
_OF_NPM = ROOT / "build" / "clients" / "node_modules" / "@flydotio" / "litestream-linux-x64" / "litestream"
LITESTREAM = os.environ.get("LITESTREAM") or shutil.which("litestream") or (str(_OF_NPM) if _OF_NPM.exists() else "")

needs_litestream = pytest.mark.skipif(not LITESTREAM, reason="litestream is not there: `make clients` installs it")


@contextmanager
def serving_s3() -> Iterator[dict[str, str]]:
    """Give the variables by which every S3 tool finds the server."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    try:
        yield {
            "AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_REGION": "us-east-1",
            "AWS_ENDPOINT_URL": f"http://{host}:{port}", "AWS_ALLOW_HTTP": "true",
        }  # fmt: skip
    finally:
        server.stop()


def make_bucket(variables: dict[str, str], name: str) -> None:
    """Make an empty bucket."""
    assert requests.put(f"{variables['AWS_ENDPOINT_URL']}/{name}", timeout=10).ok


class Litestream:
    """The program with the variables of its unit: `home` is copied to the directory `litestream` of the bucket."""

    def __init__(self, variables: dict[str, str], bucket: str, home: Path) -> None:
        self.database = home / DATABASE_NAME
        self._env = {**os.environ, **variables, "LITESTREAM_BUCKET": bucket, "ICE_AGREEMENTS_HOME": str(home)}

    def start(self) -> subprocess.Popen[bytes]:
        """Copy from now on; kill the process when the machine is lost."""
        return subprocess.Popen([LITESTREAM, "replicate", "-config", CONFIG], env=self._env, stdout=subprocess.DEVNULL)

    def restore(self, target: Path) -> bool:
        """Restore the newest copy to the file `target`, where the original is gone; return whether there is one."""
        command = [LITESTREAM, "restore", "-config", str(CONFIG), "-o", str(target), str(self.database)]
        return subprocess.run(command, env=self._env, check=False, capture_output=True).returncode == 0
