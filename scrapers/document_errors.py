"""What can go wrong between ICE's server and a listing.

    ScraperError                    root of this package: what, where, the value seen, what to do
    └── DocumentError               these bytes cannot be read as a list
        ├── NotAListError           readable, but no list is in it            not_a_list
        │   └── UnknownHeaderError  nearly a list's header                    unknown_header
        ├── NotAWorkbookError       neither a workbook nor a page             not_a_workbook
        ├── TooLargeError           beyond what any list can need             too_large
        ├── DamagedWorkbookError    truncated, flipped bytes, broken parts    damaged_workbook
        ├── UnsafeXmlError          a part declares a DTD or entities         unsafe_xml
        ├── EncryptedWorkbookError  password-protected                        encrypted_workbook
        ├── OldExcelError           an .xls of before 2007                    old_excel
        ├── TooSlowError            reading took too long                     too_slow
        ├── TooMuchMemoryError      reading needed too much memory            too_much_memory
        └── ReaderCrashedError      reading ended the process that read       reader_crashed
    ReaderUnavailableError          no process can be started to read in      reader_unavailable

`code` is stable: it is stored with the document and explained in docs/reasons.md.
"""

from __future__ import annotations

from typing import ClassVar


class ScraperError(Exception):
    """The root of this package's errors; ``str()`` of one is a single line for a person."""

    code: ClassVar[str] = "scraper_error"
    advice: ClassVar[str] = "look at the log"

    def __init__(
        self,
        what: str,
        *,
        file: str = "",
        sheet: str = "",
        row: int | None = None,
        value: object = None,
        do: str = "",
    ) -> None:
        super().__init__(what)
        self.what = what
        self.file = file
        self.sheet = sheet
        self.row = row
        text = value.decode("latin-1") if isinstance(value, bytes) else value
        self.value = None if text is None else str(text)[:200]
        self.do = do or self.advice

    def __str__(self) -> str:
        """One line: what, where, the value seen, what to do."""
        where = [part for part in (self.file, self.sheet and f"sheet {self.sheet!r}") if part]
        if self.row is not None:
            where.append(f"row {self.row}")
        text = self.what
        if where:
            text += f" ({', '.join(where)})"
        if self.value is not None:
            text += f"; saw {self.value!r}"
        return f"{text}; {self.do}"


class DocumentError(ScraperError):
    """These bytes cannot be read as a list."""

    code = "unreadable"
    advice = "the bytes stay in the archive; open them by hand"


class NotAListError(DocumentError):
    """The document can be read, but holds no table with a list's header."""

    code = "not_a_list"
    advice = "look at the document: a block page, another file, or a list of a new form"


class UnknownHeaderError(NotAListError):
    """A header resembles a list's, yet a column every list has is missing."""

    code = "unknown_header"
    advice = "if ICE renamed a column, add its name to scrapers/readers/lookups.toml and read again"


class NotAWorkbookError(DocumentError):
    """The bytes are neither a workbook nor a page."""

    code = "not_a_workbook"
    advice = "look at what the server sent; fetch again"


class TooLargeError(DocumentError):
    """The document is larger, unpacked or not, than any list can need to be."""

    code = "too_large"
    advice = "look at the document with care; if it is a true list, raise the limit named here"


class DamagedWorkbookError(DocumentError):
    """The workbook is truncated, has flipped bytes, or lacks a part it names."""

    code = "damaged_workbook"
    advice = "fetch it again"


class UnsafeXmlError(DocumentError):
    """A part of the workbook declares a document type or entities, which no workbook needs."""

    code = "unsafe_xml"
    advice = "do not open it; look at where it came from"


class EncryptedWorkbookError(DocumentError):
    """The workbook is protected by a password."""

    code = "encrypted_workbook"
    advice = "wait for ICE to post it without a password"


class OldExcelError(DocumentError):
    """The file is an Excel workbook of the form before 2007 (.xls)."""

    code = "old_excel"
    advice = "save it as .xlsx by hand and import that"


class TooSlowError(DocumentError):
    """Reading the document took more time than any list can need."""

    code = "too_slow"
    advice = "look at the document with care; if it is a true list, read again on an idle machine"


class TooMuchMemoryError(DocumentError):
    """Reading the document needed more memory than any list can need."""

    code = "too_much_memory"
    advice = "look at the document with care; if it is a true list, raise LIMITS in scrapers/readers/limited.py"


class ReaderCrashedError(DocumentError):
    """Reading the document ended the process that read it, or failed in a way nobody foresaw."""

    code = "reader_crashed"
    advice = "do not open it; report it with the document's sha256"


class ReaderUnavailableError(ScraperError):
    """No process to read documents in can be started: a fault of the machine or the installation."""

    code = "reader_unavailable"
    advice = "check memory and the installation, then run `doctor --repair`"


def document_error_named(code: str) -> type[DocumentError]:
    """Return the document error with this code."""
    waiting: list[type[DocumentError]] = [DocumentError]
    while waiting:
        error = waiting.pop()
        if error.code == code:
            return error
        waiting += error.__subclasses__()
    raise LookupError(f"no document error has the code {code!r}")
