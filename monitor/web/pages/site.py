"""The site at one version of the data: an address and a question in, a page out; asked by serving and publishing."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from db.database import Store
from monitor.i18n.language import Language
from monitor.web.pages.book import Book
from monitor.web.pages.build_book import data_version, read_book
from monitor.web.pages.render_page import Page

Query = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Ask:
    """What is asked: of which site, in which language, with which question."""

    site: Site
    book: Book
    language: Language
    query: Query
    static: bool = False

    def get(self, name: str) -> str:
        """A part of the question without outer spaces; "" when it is not there."""
        return self.query.get(name, "").strip()[:200]


View = Callable[..., Page | None]
#: For each address to publish: the address and what it depends on besides the templates.
Addresses = Callable[[Book], Iterator[tuple[str, str]]]


@dataclass(frozen=True, slots=True)
class Route:
    """Addresses of one form and the view that answers them; `addresses` lists those there are."""

    pattern: re.Pattern[str]
    view: View
    addresses: Addresses | None
    spoken: bool  # whether it differs by language; if not, it lies below the root only


@dataclass
class Site:
    """The site on a store: the book is read anew when the data have changed."""

    store: Store
    routes: list[Route] = field(default_factory=list)
    lock: threading.Lock = field(default_factory=threading.Lock)
    slow: threading.Lock = field(default_factory=threading.Lock)  # held while a history is made again
    found: dict[tuple[str, str], Any] = field(default_factory=dict)  # kept by `monitor.web.pages.views.as_of_page`
    pdf_published: bool = True  # False while pages are published without their one-pagers as PDF
    _book: Book | None = None

    def book(self) -> Book:
        """The book of the present version."""
        with self.lock:
            if self._book is None or self._book.version != data_version(self.store):
                self._book = read_book(self.store)
            return self._book

    def version(self) -> str:
        """The version of the data now."""
        with self.lock:
            return data_version(self.store)

    def page(self, path: str, language: Language, query: Query, *, static: bool = False) -> Page | None:
        """The page at an address below the language's root; None where there is none."""
        ask = Ask(self, self.book(), language, query, static)
        for route in self.routes:
            if (found := route.pattern.fullmatch(path)) and (route.spoken or not language.prefix):
                return route.view(ask, **found.groupdict())
        return None

    def add(self, pattern: str, view: View, addresses: Addresses | None = None, *, spoken: bool = True) -> None:
        """Addresses of this form are answered by the view."""
        self.routes.append(Route(re.compile(pattern), view, addresses, spoken))
