"""Seconds for a daily digest: queued, rendered and handed to an SMTP server, and the memory that takes.

    python benchmarks/bench_alerts.py [READERS...]

READERS are numbers of subscribers, 1,000 and 10,000 unless said (100,000 shows that cost grows in line). The server
is a process of its own on this machine that takes everything and counts it. Every reader has a digest of
20 changes (one half asked for everything, the other for one of two states) in English or Spanish; every message is
committed to the disk on its 250, as in service.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import resource
import socket
import sys
import tempfile
import time
from datetime import date
from multiprocessing.sharedctypes import Synchronized
from pathlib import Path
from typing import cast

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from monitor.alerts.send import send_due
from tests.monitor.alerts.world import make_world, row

AIM_SECONDS = 60.0  # for 10,000
CHANGES = 20


class Sink(asyncio.Protocol):
    """A server that takes every message and counts it, as Postfix's smtp-sink does."""

    def __init__(self, taken: Synchronized[int]) -> None:
        self.taken = taken
        self.in_data = False
        self.rest = b""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """The greeting."""
        self.out = cast(asyncio.Transport, transport)
        self.out.write(b"220 sink\r\n")

    def data_received(self, data: bytes) -> None:
        """Commands are answered, messages counted."""
        self.rest += data
        while True:
            end = b"\r\n.\r\n" if self.in_data else b"\r\n"
            piece, found, rest = self.rest.partition(end)
            if not found:
                return
            self.rest = rest
            if self.in_data:
                self.in_data = False
                self.taken.value += 1
                self.out.write(b"250 taken\r\n")
                continue
            word = piece[:4].upper()
            self.in_data = word == b"DATA"
            self.out.write(b"354 go on\r\n" if self.in_data else b"250 fine\r\n")
            if word == b"QUIT":
                self.out.close()


def serve(taken: Synchronized[int], port: int) -> None:
    """The server runs until its process is ended."""

    async def run() -> None:
        loop = asyncio.get_running_loop()
        server = await loop.create_server(lambda: Sink(taken), "127.0.0.1", port)
        await server.serve_forever()

    asyncio.run(run())


def measure(readers: int) -> tuple[float, float, float, float, int, float]:
    """(seconds to queue, to send, of them CPU, peak MB, messages taken, average kB on the disk a reader)."""
    context = multiprocessing.get_context("fork")
    taken: Synchronized[int] = context.Value("i", 0)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    server = context.Process(target=serve, args=(taken, port), daemon=True)
    server.start()
    with tempfile.TemporaryDirectory() as home:
        world = make_world(Path(home), smtp_port=port, mail_footer="Agreements Watch, 1 Main Street, Springfield")
        world.publish("2025-06-02")
        with world.store.writing():
            for n in range(readers):
                state = (None, "FL", None, "GA")[n % 4]
                world.subscribe(f"reader{n}@example.org", "weekly", state=state, language=("en", "es")[n % 3 == 0])
        states = ("FLORIDA", "GEORGIA")
        rows = [row(f"Town {n} Police Department", states[n % 2], signed="2025-06-02") for n in range(CHANGES)]
        begin = time.perf_counter()
        world.publish("2025-06-03", *rows)
        queued = time.perf_counter() - begin
        begin, worked = time.perf_counter(), time.process_time()
        done = send_due(world.store, world.settings, f"{date(2025, 6, 9)}T12:00:00Z")
        sent, worked = time.perf_counter() - begin, time.process_time() - worked
        assert done.sent == readers == taken.value, (done, taken.value)
        world.store.close()
        size = sum(path.stat().st_size for path in Path(home).iterdir() if path.is_file()) / readers / 1000
    server.kill()
    server.join()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return queued, sent, worked, peak, taken.value, size


def main() -> None:
    """A line a size."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("readers", nargs="*", type=int, default=[1_000, 10_000])
    names = ("readers", "queue s", "send s", "CPU s", "ms each", "a second", "peak MB", "kB each")
    print(" ".join(f"{name:>9}" for name in names))
    for readers in parser.parse_args().readers:
        queued, sent, worked, peak, taken, size = measure(readers)
        each = (readers, queued, sent, worked, sent / taken * 1000, taken / sent, peak, size)
        digits = (0, 2, 1, 1, 2, 0, 0, 2)
        print(" ".join(f"{value:>9,.{n}f}" for value, n in zip(each, digits, strict=True)), flush=True)
        if readers == 10_000:
            print(f"{'':>9} aim: {AIM_SECONDS:.0f} s: {'met' if sent + queued <= AIM_SECONDS else 'missed'}")


if __name__ == "__main__":
    main()
