"""A Debian with nothing on it, in a directory: made by debootstrap, entered by chroot."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

#: Where a machine has certificates of its own, what is fetched in the chroot needs them as well.
CERTIFICATES = ("PIP_CERT", "SSL_CERT_FILE")


class FreshDebian:
    """One release; use it as a context manager."""

    def __init__(self, place: Path, release: str) -> None:
        self.place, self.release = place / release, release
        self._env = {"PATH": "/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin", "HOME": "/root", "LC_ALL": "C.UTF-8"}

    def __enter__(self) -> FreshDebian:
        subprocess.run(
            ["debootstrap", "--variant=minbase", self.release, self.place], check=True, stdout=subprocess.DEVNULL
        )
        for name in ("/etc/resolv.conf", "/etc/hosts"):
            shutil.copy(name, self.inside(name))
        for variable in CERTIFICATES:
            if (file := os.environ.get(variable)) and Path(file).is_file():
                shutil.copy(file, self.inside("/opt/certificates.pem"))
                self._env[variable] = "/opt/certificates.pem"
        shared_memory = self.place / "dev" / "shm"
        shared_memory.mkdir(exist_ok=True)
        shared_memory.chmod(0o1777)
        subprocess.run(["mount", "--bind", "/proc", self.inside("/proc")], check=True)
        self.do("apt-get update --quiet --quiet")
        return self

    def __exit__(self, *_: object) -> None:
        subprocess.run(["umount", "--lazy", self.inside("/proc")], check=False)

    def inside(self, path: str) -> Path:
        """Where a path of the release is outside of it."""
        return self.place / path.lstrip("/")

    def run(self, command: str, *, typed: str = "", where: str = "/", **more: str) -> subprocess.CompletedProcess[str]:
        """Run a command line as root, with `typed` as what a person types."""
        return subprocess.run(
            ["chroot", self.place, "sh", "-c", f"cd {where} && {command}"],
            env={**self._env, "DEBIAN_FRONTEND": "noninteractive", **more},
            input=typed, capture_output=True, text=True, check=False,
        )  # fmt: skip

    def do(self, command: str, *, typed: str = "", where: str = "/", **more: str) -> str:
        """Run a command line that must succeed; return what it prints."""
        done = self.run(command, typed=typed, where=where, **more)
        assert done.returncode == 0, f"{command}: {done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout
