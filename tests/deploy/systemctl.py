#!/usr/bin/env python3
"""Starts services in a chroot, where systemd cannot run: user, environment and directories of a unit, nothing more."""

from __future__ import annotations

import grp
import os
import pwd
import shlex
import signal
import subprocess
import sys
import time
from pathlib import Path

UNITS, LOGS, PIDS = Path("/etc/systemd/system"), Path("/var/log"), Path("/run")


def read_unit(name: str) -> dict[str, list[str]]:
    """Every key of the unit with its values, in order."""
    found: dict[str, list[str]] = {}
    for line in (UNITS / f"{name}.service").read_text().splitlines():
        key, sign, value = line.partition("=")
        if sign and not line.startswith("#"):
            found.setdefault(key, []).append(value)
    return found


def read_environment(unit: dict[str, list[str]]) -> dict[str, str]:
    """The variables of the unit; those of its file count more."""
    lines = [pair for value in unit.get("Environment", []) for pair in shlex.split(value)]
    for place in unit.get("EnvironmentFile", []):
        lines += [line for line in Path(place.lstrip("-")).read_text().splitlines() if line[:1].isalpha()]
    return {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", **dict(line.split("=", 1) for line in lines)}


def start(name: str) -> None:
    """Start the service; one that runs once is waited for."""
    unit = read_unit(name)
    user, group = pwd.getpwnam(unit["User"][0]), grp.getgrnam(unit["Group"][0])
    for directory in " ".join(unit.get("StateDirectory", [])).split():
        place = Path("/var/lib", directory)
        place.mkdir(exist_ok=True)
        place.chmod(int(unit["StateDirectoryMode"][0], 8))
        os.chown(place, user.pw_uid, group.gr_gid)
    with (LOGS / f"{name}.log").open("ab") as log:
        process = subprocess.Popen(
            shlex.split(unit["ExecStart"][0]), env=read_environment(unit), cwd="/", stdin=subprocess.DEVNULL,
            stdout=log, stderr=log, user=user.pw_uid, group=group.gr_gid, extra_groups=[],
            umask=int(unit["UMask"][0], 8), start_new_session=True,
        )  # fmt: skip
    (PIDS / f"{name}.pid").write_text(str(process.pid))
    if unit.get("Type") == ["oneshot"] and process.wait():
        sys.exit(f"{name} failed: {(LOGS / f'{name}.log').read_text()}")


def stop(name: str) -> None:
    """Stop the service, if it runs."""
    place = PIDS / f"{name}.pid"
    if not place.exists():
        return
    number = int(place.read_text())
    place.unlink()
    try:
        os.kill(number, signal.SIGTERM)
        while True:
            os.kill(number, 0)
            time.sleep(0.1)
    except ProcessLookupError:
        pass


def main(verb: str, *names: str) -> None:
    """Do what the words say."""
    for name in (name.removesuffix(".service") for name in names if name != "--now"):
        if verb in ("stop", "restart"):
            stop(name)
        if verb in ("enable", "start", "restart"):
            start(name)


if __name__ == "__main__":
    main(*sys.argv[1:])
