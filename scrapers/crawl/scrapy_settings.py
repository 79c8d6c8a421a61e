"""Turn the project's settings into Scrapy's: how politely and carefully we crawl, each with its reason."""

from __future__ import annotations

import logging
from typing import Any

from scrapy.settings import Settings as ScrapySettings

from db.settings import Settings
from db.version import VERSION

#: Every request, answer and error passes these between the engine and the network.
_MIDDLEWARES = {
    # Scrapy's drops a request without a word to the spider; ours raises, so that the row is written.
    "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
    "scrapers.crawl.middlewares.SameSiteMiddleware": 50,
    "scrapers.crawl.middlewares.RobotsRecordMiddleware": 540,
    "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
    "scrapers.crawl.middlewares.UnpackingMiddleware": 590,
}


def user_agent(settings: Settings) -> str:
    """Return the User-Agent: program, version, and where to reach us. Never a browser's."""
    if settings.user_agent:
        return settings.user_agent
    return f"ice-agreements/{VERSION} (+{settings.contact_url})"


def scrapy_settings(settings: Settings) -> ScrapySettings:
    """Return Scrapy's settings for one pass."""
    scheme, other_scheme = ("https", "http") if settings.source_url.lower().startswith("https:") else ("http", "https")
    values: dict[str, Any] = {
        # -- how it runs: in whatever asyncio loop calls, so one process can make any number of passes. A Twisted
        #    reactor can be started once and belongs to one loop; Scrapy 2.19 needs none and fetches with aiohttp.
        "TWISTED_REACTOR_ENABLED": False,
        # -- politeness
        "ROBOTSTXT_OBEY": True,  # the source decides what it wants asked
        "USER_AGENT": user_agent(settings),  # honest name and contact; blocks are reported, never evaded
        "CONCURRENT_REQUESTS_PER_DOMAIN": 1,  # three requests a pass: nothing is gained by asking at once
        "DOWNLOAD_DELAY": settings.crawl_delay_seconds,  # five requests a pass may take their time
        "DOWNLOAD_DELAY_JITTER": 0.0,  # the delay is a promise (the least wait), not a disguise
        "COOKIES_ENABLED": False,  # nothing needs a session; cookies would make answers depend on earlier ones
        "REFERRER_POLICY": "no-referrer",  # the source need not know from which of its pages a request came
        "SCHEDULER_MEMORY_QUEUE": "scrapy.squeues.FifoMemoryQueue",  # lists are asked for in the page's order
        # -- care with what comes back
        "DOWNLOAD_TIMEOUT": settings.request_timeout_seconds,  # a stalled body must end
        "DOWNLOAD_MAXSIZE": settings.max_list_bytes,  # an endless body must not fill the memory
        "DOWNLOAD_WARNSIZE": 0,  # the outcome row says it; a second warning in the log says nothing more
        "UNPACKED_MAXSIZE": settings.max_unpacked_bytes,  # ours, read by UnpackingMiddleware
        "DOWNLOAD_FAIL_ON_DATALOSS": True,  # half a list must never look like a list
        # Only the source's own scheme: an https source must not lead us to plain http, and each handler that is made
        # reads all certificate authorities again (20 ms).
        "DOWNLOAD_HANDLERS": {
            scheme: "scrapers.crawl.download_handler.RawHeadersHandler",
            **dict.fromkeys((other_scheme, "ftp", "file", "data", "s3")),
        },
        "DOWNLOAD_VERIFY_CERTIFICATES": True,  # evidence from someone else's server is none (Scrapy's default: off)
        "REDIRECT_MAX_TIMES": 5,  # ICE's moves took one hop; more is a loop
        "METAREFRESH_ENABLED": False,  # challenge pages refresh themselves; they must be seen, not followed
        "HTTPERROR_ALLOW_ALL": True,  # every status reaches the spider, because every try is recorded
        "RETRY_ENABLED": False,  # scrapers/crawl/retry.py decides, so that each try leaves its row
        "DUPEFILTER_CLASS": "scrapy.dupefilters.BaseDupeFilter",  # a retry is the same request again
        "DOWNLOADER_MIDDLEWARES": _MIDDLEWARES,
        # -- nothing that listens, mails or dumps
        "TELNETCONSOLE_ENABLED": False,  # a service must not open a console port
        "REMOTE_CONTROL_ENABLED": False,  # nor any other
        "STATS_DUMP": False,  # the fetch rows are the statistics
        "MEMUSAGE_ENABLED": False,  # sizes are bounded above
        "LOGSTATS_INTERVAL": 0,  # a pass takes seconds
        # -- logging: the program's own handlers write to stderr; Scrapy adds none
        "LOG_ENABLED": False,  # no handler of its own
        "LOG_LEVEL": "WARNING",  # quiet_scrapy() sets the loggers themselves
        "LOG_INSTALL_ROOT_HANDLER": False,  # the root logger is the program's
    }
    return ScrapySettings(values)


def quiet_scrapy() -> None:
    """Set Scrapy's loggers to warnings and worse, unless the operator set another level."""
    logger = logging.getLogger("scrapy")
    if logger.level == logging.NOTSET:
        logger.setLevel(logging.WARNING)
    # These repeat on every pass what is no news: that the aiohttp handler is young (each way it can fail is held in
    # tests/scrapers/crawl/test_crawl_faults.py), and, for a failed download, what the fetch row already holds.
    for name in (
        "scrapy.core.downloader.handlers._base_streaming", "scrapy.downloadermiddlewares.robotstxt",
        "scrapy.downloadermiddlewares.httpcompression",
    ):  # fmt: skip
        logging.getLogger(name).setLevel(logging.CRITICAL)
    logging.getLogger("asyncio").setLevel(logging.WARNING)
