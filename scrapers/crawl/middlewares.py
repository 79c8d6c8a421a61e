"""Three small downloader middlewares beyond Scrapy's own."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Self
from urllib.parse import urlsplit

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.http import Request, Response

from scrapers.crawl.outcomes import OffsiteRequest, UnpackedTooLarge, line_of, outcome_of_failure, outcome_of_status

if TYPE_CHECKING:
    from scrapy.crawler import Crawler


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
        request.meta["unpacked"] = b"Content-Encoding" in response.headers
        try:
            return super().process_response(request, response)
        except IgnoreRequest as error:
            raise UnpackedTooLarge(str(error)) from error
