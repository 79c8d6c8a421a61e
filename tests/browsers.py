"""Debian's Chromium, driven by Playwright. A machine without them skips the tests that need them; CI fails."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from ctypes.util import find_library

import pytest
from playwright.sync_api import Browser, sync_playwright

_ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-background-networking", "--disable-component-update",
    "--disable-sync", "--no-first-run",
]  # fmt: skip


@contextmanager
def started_chromium() -> Iterator[Browser]:
    """Give a running browser. While it runs, no other test of this process can run an asyncio loop."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser")
    # Playwright's driver is linked with libatomic, which a small Debian does not have
    missing = [name for name, there in (("chromium", chromium), ("libatomic1", find_library("atomic"))) if not there]
    if missing:
        reason = f"{' and '.join(missing)} not there: `make browser` installs what browser tests need"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium, args=_ARGUMENTS)
        yield browser
        browser.close()
