"""Scrapy's aiohttp handler, with headers as the server sent them."""

from __future__ import annotations

from typing import Any

from scrapy.core.downloader.handlers._aiohttp import AiohttpDownloadHandler
from scrapy.http import Headers


class RawHeadersHandler(AiohttpDownloadHandler):
    """Take the bytes of the headers: a file name in raw Latin-1 would be an error in Scrapy 2.19.

    aiohttp decodes such a byte to a lone surrogate, which Scrapy then cannot encode, and the answer would be lost.
    """

    @staticmethod
    def _extract_headers(response: Any) -> Headers:
        return Headers(list(response.raw_headers))
