"""The text layer of a PDF, page by page, read in a child process that can be lost without harm.

A hostile PDF can hang or crash the process that opens it. So a child opens it, within limits of time and memory, and is
replaced when it oversteps them. Its start is shared by all documents of one `PdfReader`.
"""

from __future__ import annotations

import json
import re
import select
import subprocess
import sys
import time
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self, cast

from db.moa_models import FILLED_IN, PageText, PdfText, ReadingOutcome
from scrapers.readers import moa_child
from scrapers.readers.document import looks_like_html

#: The longest agreement known has 17 pages; addenda and statutes attached to it may come to more.
MAX_PAGES = 500
MAX_CHARACTERS = 3_000_000
#: Real documents take under 0.1 s and 60 MB.
READ_SECONDS = 8.0
START_SECONDS = 30.0
MEMORY_BYTES = 400 * 1024 * 1024
#: A mark the library leaves where a line ends in a hyphen.
_HYPHEN = "\ufffe"
_BROKEN = re.compile(rf"([A-Za-z]+){_HYPHEN}([a-z]+)")
#: Letters that a typesetter joined, and the mark of a place where a word may be broken.
_JOINED = str.maketrans({"ﬀ": "ff", "ﬁ": "fi", "ﬂ": "fl", "ﬃ": "ffi", "ﬄ": "ffl", "ﬅ": "st", "ﬆ": "st", "\u00ad": None})
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class PdfReader:
    """Reads PDFs in a child process; use it as a context manager, and from one thread at a time."""

    def __init__(self, *, max_bytes: int, seconds: float = READ_SECONDS, memory_bytes: int = MEMORY_BYTES) -> None:
        self._max_bytes = max_bytes
        self._seconds = seconds
        self._memory_bytes = memory_bytes
        self._child: subprocess.Popen[bytes] | None = None
        self._heard = b""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_child()

    def read(self, path: Path) -> PdfText:
        """Return the pages of the PDF at `path`, or the outcome that names what is wrong with it."""
        size = path.stat().st_size
        if size == 0:
            return PdfText("empty", detail="the file has no bytes")
        if size > self._max_bytes:
            return PdfText("too_large", detail=f"{size:,} bytes; the limit is {self._max_bytes:,}")
        with path.open("rb") as file:
            refused = refuse_start(file.read(65_536))
        return refused or self._ask(path)

    def _ask(self, path: Path) -> PdfText:
        request = {"path": str(path.absolute()), "max_pages": MAX_PAGES, "max_characters": MAX_CHARACTERS}
        try:
            answer = self._exchange(json.dumps(request))
        except TimeoutError:
            self._end_child()
            return PdfText("took_too_long", detail=f"not read within {self._seconds:g} s")
        except EOFError:
            code = self._end_child()
            # the library ends its process when it cannot have the memory it wants
            return PdfText("too_much_memory", detail=f"the reader ended with code {code}, as it does without memory")
        return _to_text(answer)

    def _exchange(self, request: str) -> dict[str, Any]:
        child = self._child or self._start_child()
        assert child.stdin is not None
        try:
            child.stdin.write(request.encode() + b"\n")
            child.stdin.flush()
        except BrokenPipeError as error:
            raise EOFError from error
        return self._listen(child, self._seconds)

    def _start_child(self) -> subprocess.Popen[bytes]:
        self._heard = b""
        self._child = subprocess.Popen(  # noqa: S603 - our own module, with a number
            [sys.executable, str(Path(moa_child.__file__)), str(self._memory_bytes)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
        )  # fmt: skip
        try:
            self._listen(self._child, START_SECONDS)
        except (EOFError, TimeoutError) as error:
            code = self._end_child()
            raise RuntimeError(f"the PDF reader does not start (exit code {code}); is pypdfium2 installed?") from error
        return self._child

    def _listen(self, child: subprocess.Popen[bytes], seconds: float) -> dict[str, Any]:
        assert child.stdout is not None
        deadline = time.monotonic() + seconds
        while b"\n" not in self._heard:
            left = deadline - time.monotonic()
            if left <= 0 or not select.select([child.stdout], [], [], left)[0]:
                raise TimeoutError
            piece = child.stdout.read1(1 << 20)  # type: ignore[attr-defined]
            if not piece:
                raise EOFError
            self._heard += piece
        line, _, self._heard = self._heard.partition(b"\n")
        return cast("dict[str, Any]", json.loads(line))

    def _end_child(self) -> int | None:
        child, self._child = self._child, None
        if child is None:
            return None
        with suppress(subprocess.TimeoutExpired):
            if child.stdin is not None:
                with suppress(BrokenPipeError):
                    child.stdin.close()
            child.wait(timeout=0.5)
        if child.poll() is None:
            child.kill()
            child.wait()
        if child.stdout is not None:
            child.stdout.close()
        return child.returncode


def refuse_start(start: bytes) -> PdfText | None:
    """Return why a file that begins with these bytes is no PDF for us, or None when it may be one.

    Readers of PDFs take a header anywhere in the first kilobyte; we do not, for then the same bytes can be a page too.
    """
    if start.startswith(b"%PDF-"):
        return None
    if looks_like_html(start):
        return PdfText("not_a_pdf", detail="a web page")
    if b"%PDF-" in start[:1024]:
        return PdfText("not_a_pdf", detail=f"something stands before the PDF: {start[:16]!r}")
    return PdfText("not_a_pdf", detail=f"begins with {start[:16]!r}")


def _to_text(answer: dict[str, Any]) -> PdfText:
    read = answer.get("pages", ())
    words = frozenset(re.findall(r"[a-z]+", " ".join(str(page[0]) for page in read if page).lower()))
    pages = tuple(
        PageText(number, _join(clean(_mend(str(page[0]), words)), clean(str(page[2]))), bool(page[1]))
        if page
        else PageText(number, "")
        for number, page in enumerate(read, 1)
    )
    broken = ["damaged_pages"] if any(page is None for page in read) else []
    return PdfText(
        cast("ReadingOutcome", answer["outcome"]), pages, int(answer.get("page_count", 0)),
        (*answer.get("active", ()), *broken), str(answer.get("detail", "")),
    )  # fmt: skip


def _mend(text: str, words: frozenset[str]) -> str:
    """Return the text with words whole that were broken at a line's end, where the document has them whole as well."""
    return _BROKEN.sub(lambda m: m[1] + m[2] if (m[1] + m[2]).lower() in words else m[0], text)


def _join(text: str, filled: str) -> str:
    """Return the page's text with what was filled in on marked lines at its end: nobody knows where it stands."""
    lines = [FILLED_IN + " ".join(line.split()) for line in filled.split("\n") if line.strip()]
    return "\n".join([text, *lines]) if lines else text


def clean(text: str) -> str:
    """Return the text with plain line ends and without what no page shows."""
    return _CONTROL.sub(" ", text.translate(_JOINED).replace(_HYPHEN, "-").replace("\r\n", "\n").replace("\r", "\n"))
