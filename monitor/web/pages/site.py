"""The site at one version of the data: an address and a query in, a page out. `serve` and `publish` both ask it."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace

from db.database import Store
from db.queries.page_data import read_data_version
from db.records import ListedAgreement, Totals
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.build_book import read_book
from monitor.web.pages.render_page import Page

#: Characters of a query's value that are read.
LONGEST_VALUE = 200


@dataclass(frozen=True, slots=True)
class PageRequest:
    """A request for a page: of which site, in which language, with which query."""

    site: Site
    book: Book
    language: Language
    query: Mapping[str, str]
    static: bool = False  # whether the page is to be written as a file

    def get(self, name: str) -> str:
        """Return a value of the query without outer spaces and NUL characters; "" when it is not there."""
        return self.query.get(name, "").replace("\0", "").strip()[:LONGEST_VALUE]


View = Callable[..., Page | None]
#: Yields each address to publish, and a mark that differs when its page may differ for another reason than code.
Addresses = Callable[[Book], Iterator[tuple[str, str]]]
#: The rows of a list as of a day, and their totals.
AsOfAnswer = tuple[Sequence[ListedAgreement], Totals]


@dataclass(frozen=True, slots=True)
class Route:
    """Addresses of one form, and the view that answers them."""

    pattern: re.Pattern[str]
    view: View
    addresses: Addresses | None
    parameters: frozenset[str]  # of the query; all others are dropped
    translated: bool  # whether it differs by language; if not, it is below the root only


@dataclass
class Site:
    """The site over a store; the book is rebuilt when the data have changed."""

    store: Store
    public_url: str = ""  # address under which readers reach the site, without a slash at its end; "" if not set
    routes: list[Route] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    as_of_lock: threading.Lock = field(default_factory=threading.Lock)  # one history at a time is computed
    as_of_answers: dict[tuple[str, str], AsOfAnswer] = field(default_factory=dict)
    known_store: tuple[tuple[str, str], Store] | None = None  # as known at a time: (version, time), store
    documents_published: bool = True  # False while pages are published without copies of the agreement documents
    listed: list[tuple[Route, str, str]] | None = None  # while pages are published: `list_pages`, found once
    pdf_published: bool = True  # False while pages are published without their one-pagers as PDF
    _book: Book | None = None

    def book(self) -> Book:
        """Return the book of the present version; the one before while somebody else is making that."""
        made = self._book
        if not self.lock.acquire(blocking=made is None) and made is not None:
            return made
        try:
            if self._book is None or self._book.version != self.version():
                self._book = read_book(self.store)
            return self._book
        finally:
            self.lock.release()

    @property
    def book_version(self) -> str:
        """The version of the data that the book holds; "" while there is none."""
        return self._book.version if self._book else ""

    def version(self) -> str:
        """Return the version of the data now."""
        return read_data_version(self.store.connection)

    def page(
        self, path: str, language: Language, query: Mapping[str, str], *, static: bool = False
    ) -> Page | None:  # fmt: skip
        """Return the page at an address below the language's root; None where there is none.

        Files to publish are all of the version that was read first.
        """
        book = self._book if static and self._book is not None else self.book()
        request = PageRequest(self, book, language, query, static)
        for route in self.routes:
            if (found := route.pattern.fullmatch(path)) and (route.translated or not language.prefix):
                page = route.view(request, **found.groupdict())
                if page is not None and not static and book.version != self.version():
                    page = replace(page, passing=True)
                return page
        return None

    def list_pages(self) -> Iterable[tuple[Route, str, str]]:
        """Return every address to publish with its route and mark, each once for all languages."""
        if self.listed is not None:
            return self.listed
        book = self.book()
        return ((route, *found) for route in self.routes if route.addresses for found in route.addresses(book))

    def parameters(self, path: str, language: Language) -> frozenset[str]:
        """Return the names that the page at an address reads of a query."""
        for route in self.routes:
            if route.pattern.fullmatch(path) and (route.translated or not language.prefix):
                return route.parameters
        return frozenset()

    def add(
        self, pattern: str, view: View, addresses: Addresses | None = None, *, parameters: Iterable[str] = (),
        translated: bool = True,
    ) -> None:  # fmt: skip
        """Answer addresses of this form with the view, which reads `parameters` of the query and no others."""
        self.routes.append(Route(re.compile(pattern), view, addresses, frozenset(parameters), translated))
