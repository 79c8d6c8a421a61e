"""Three small downloader middlewares beyond Scrapy's own."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from scrapers.crawl.outcomes import OffsiteRequest, UnpackedTooLarge, line_of, outcome_of_failure, outcome_of_status

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


_LOG = logging.getLogger(__name__)
_GZIP = b"\x1f\x8b\x08"
#: A proxy may pack what the server has packed; more than that is no honest answer.
_MOST_PACKINGS = 3


class _Guard:
    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    @property
    def spider(self) -> Any:
        return self.crawler.spider


class SameSiteMiddleware(_Guard):
    """Refuse every request to another site than the source, redirects included."""

    def process_request(self, request: Request) -> None:
        if not self.spider.source.is_ours(request.url):
            raise OffsiteRequest(f"{urlsplit(request.url).hostname} is not the source's host")


class RobotsRecordMiddleware(_Guard):
    """Record each request for robots.txt, which Scrapy makes without telling the spider."""

    def process_response(self, request: Request, response: Response) -> Response:
        if request.meta.get("dont_obey_robotstxt"):
            self.spider.record_robots(request.url, outcome_of_status(response.status) or "read", response.status, "")
        return response

    def process_exception(self, request: Request, exception: Exception) -> None:
        if request.meta.get("dont_obey_robotstxt"):
            self.spider.record_robots(request.url, outcome_of_failure(exception), None, line_of(exception))


class UnpackingMiddleware(HttpCompressionMiddleware):
    """Unpack compressed bodies up to a limit of their own, and refuse larger ones by name."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler=crawler)
        self._max_size = crawler.settings.getint("UNPACKED_MAXSIZE")
        self._warn_size = self._max_size

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)

    def process_response(self, request: Request, response: Response, spider: Any = None) -> Request | Response:
        request.meta["unpacked"] = False
        for _ in range(_MOST_PACKINGS):
            if response.body[:3] == _GZIP:
                response.headers["Content-Encoding"] = b"gzip"  # packed, whatever the header says
            elif b"Content-Encoding" not in response.headers:
                break
            unpacked = self._unpack(request, response)
            if unpacked is None or unpacked.body == response.body:
                del response.headers["Content-Encoding"]
                break
            response = unpacked
            request.meta["unpacked"] = True
        return response

    def _unpack(self, request: Request, response: Response) -> Response | None:
        """Return the response unpacked as its header says, or None if the header does not tell the truth."""
        try:
            unpacked = super().process_response(request, response)
        except IgnoreRequest as error:
            raise UnpackedTooLarge(str(error)) from error
        except Exception as error:  # each library that unpacks has errors of its own
            _LOG.warning("%s is not packed as its Content-Encoding says: %s", response.url, error)
            return None
        assert isinstance(unpacked, Response)
        return unpacked
