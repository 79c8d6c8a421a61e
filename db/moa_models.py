"""The records of agreement documents: what a document says, and what is known of each address.

A MOA is the signed memorandum of agreement behind a listing: a PDF that ICE links. Its bytes are a document of the
archive like any other; these records say what was read in them. Pages count from 1.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Literal

from pydantic import Field
from typing_extensions import TypedDict  # of `typing` only from Python 3.12 on, says pydantic

from db.models import SupportType
from db.records import Count, Moment, Sha256

#: How reading a document ended. Every one but `kept` means that no text of it is kept.
ReadingOutcome = Literal[
    "kept", "empty", "not_a_pdf", "block_page", "damaged", "encrypted", "too_large", "too_many_pages",
    "took_too_long", "too_much_memory", "reader_failed",
]  # fmt: skip

#: Where a document says its support type.
SupportBasis = Literal["title", "body"]
#: Begins each line that was typed into a form's field or stamped on a page; these lines come last on their page.
FILLED_IN = "Filled in: "


@dataclass(frozen=True, slots=True)
class PageText:
    """The text layer of one page, as the PDF holds it."""

    page: int
    text: str
    has_image: bool = False  # of a page without text: it is a scan, not a blank page


@dataclass(frozen=True, slots=True)
class PdfText:
    """What came of reading a PDF's text layer: the pages, or the outcome that says why there are none."""

    outcome: ReadingOutcome
    pages: tuple[PageText, ...] = ()
    page_count: int = 0  # also known of a document refused for having too many
    active: tuple[str, ...] = ()  # "javascript", "attachments", "launch", "damaged_pages"
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Passage:
    """Words of a document, quoted, and the page they begin on."""

    page: int
    text: str


@dataclass(frozen=True, slots=True)
class DatedLine:
    """A date that stands in the document as text: `on` is ISO, `text` the words around it."""

    page: int
    on: str
    text: str
    kind: Literal["signed", "revised"]  # in the signature block; the wording's own revision mark


@dataclass(frozen=True, slots=True)
class MoaReading:
    """What one reader version read in one document."""

    sha256: str
    reader: str  # e.g. "moa/2"
    outcome: ReadingOutcome
    detail: str = ""
    page_count: int = 0
    characters: int = 0
    pages: tuple[PageText, ...] = ()
    support_type: SupportType | None = None
    support_basis: SupportBasis | None = None
    agency: str | None = None
    duration: Passage | None = None
    ending: Passage | None = None
    notice: Passage | None = None  # how ICE announces that it ends the agreement, where that stands apart
    dates: tuple[DatedLine, ...] = ()
    signals: tuple[str, ...] = ()  # docs/documents.md lists them
    sketch: tuple[int, ...] = ()  # hashes of word sequences, sampled: two documents' likeness without their texts


@dataclass(frozen=True, slots=True)
class MoaSighting:
    """One time an address was asked, or a saved file was taken in. Append-only."""

    url: str  # "" for a saved file whose address nobody knows
    file: str
    seen_at: str
    how: Literal["fetch", "import", "archive"]
    outcome: str
    sha256: str | None = None
    status: int | None = None
    final_url: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    size_bytes: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class ListedMoa:
    """An agreement of the participating list and one address it was linked under."""

    url: str  # "" where the row prints a link that leads nowhere
    kind: Literal["moa", "addendum"]
    agreement_id: str
    agency_id: str
    agency: str
    state: str | None
    county: str | None
    county_fips: str | None
    support_type: str | None
    signed_on: str | None
    is_listed: bool  # the agreement is on the newest list
    is_current: bool  # the newest row of the agreement links this address


class Quotation(TypedDict):
    """Words of a document and the page they begin on."""

    page: Annotated[int, Field(ge=1, description="page of the PDF, from 1")]
    text: Annotated[str, Field(description="the words of the text layer")]


class Difference(TypedDict):
    """One place where a document departs from its template."""

    kind: Literal["struck", "added", "changed"]
    page: Annotated[
        int | None, Field(description="page of the document; for struck words the one where they would stand")
    ]
    template: Annotated[str, Field(description="the template's words; empty when words were added")]
    document: Annotated[str, Field(description="the document's words; empty when words were struck")]


class MoaRecord(TypedDict):
    """One document, or one address without a document, as the contract prints it."""

    url: Annotated[str, Field(description="its address at ICE; empty for a saved file of which nobody knows it")]
    file: Annotated[str, Field(description="the file's name")]
    sha256: Sha256 | None
    first_seen_at: Annotated[Moment | None, Field(description="when the document was first met at this address")]
    last_seen_at: Annotated[Moment | None, Field(description="when it was last met there")]
    outcome: Annotated[str, Field(description="docs/documents.md lists the outcomes")]
    pages: Count
    characters: Annotated[int, Field(ge=0, description="characters of its text layer")]
    support_type: Annotated[str | None, Field(description="JEM, WSO or TFM, by the document itself")]
    agency_in_document: Annotated[str | None, Field(description="the agency as the document prints it")]
    template: Annotated[str | None, Field(description="the wording it shares with other documents")]
    differences: Annotated[list[Difference], Field(description="where it departs from its template")]
    duration: Annotated[Quotation | None, Field(description="what it says of how long it lasts, quoted")]
    ending: Annotated[Quotation | None, Field(description="what it says of how it ends, quoted")]
    signals: Annotated[list[str], Field(description="what a person should look at; docs/documents.md lists them")]
    agreement_ids: Annotated[list[str], Field(description="agreements whose rows link it, or ever did")]


class MoaPageRecord(TypedDict):
    """A page of a document on which the words of a search stand."""

    file: Annotated[str, Field(description="the document's file name")]
    page: Annotated[int, Field(ge=1, description="page of the PDF, from 1")]
    passage: Annotated[str, Field(description="words around what was found, which stands between asterisks")]
    sha256: Sha256
    url: Annotated[str, Field(description="address of this very page at ICE; empty when nobody knows it")]
    support_type: Annotated[str | None, Field(description="JEM, WSO or TFM, by the document itself")]
    agency: Annotated[str | None, Field(description="the agency as the document prints it")]
    template: Annotated[str | None, Field(description="the wording it shares with other documents")]
    agreement_ids: Annotated[list[str], Field(description="agreements whose rows link it, or ever did")]


class MoaEvent(TypedDict):
    """Something ICE did with a document, as an answer of its site showed it."""

    kind: str  # moa_posted, moa_replaced, moa_removed
    at: str  # when it was seen
    url: str
    file: str
    before: str | None  # sha256 of the document before and after
    after: str | None
    is_certain: bool  # False for a removal that rests on one answer
    certain_at: str | None  # when it was certain: of a removal, when the next answer said the same
    agreement_ids: list[str]


@dataclass(frozen=True, slots=True)
class PageHit:
    """A page that a search found; the found words stand between the characters 2 and 3 of `passage`."""

    sha256: str
    page: int
    passage: str


@dataclass(frozen=True, slots=True)
class MoaFilter:
    """Which documents a list or a search is about; None and "" leave a field open."""

    state: str | None = None
    support_type: str | None = None
    template: str | None = None
    year: str | None = None
    signal: str | None = None
    outcome: str | None = None
    agreement_id: str | None = None


@dataclass(frozen=True, slots=True)
class MoaWording:
    """The template a document follows, the document it was compared with, and where it departs from it."""

    sha256: str
    template: str | None = None  # None: no other document has this wording
    reference: str | None = None
    differences: list[Difference] = field(default_factory=list)
