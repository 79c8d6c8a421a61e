"""What every part of the web shares about HTTP; it imports none of the parts.

`cache`        `ByteCache` keeps rendered answers for one version of the data; `CachedApp` puts it before an application
`conditional`  ETag, If-None-Match, Last-Modified: `make_etag`, `is_not_modified`, `answer_conditional`
`headers`      security headers, Content-Security-Policy, open access for data
`client_ip`    who asks, also behind a trusted proxy
`limits`       a token bucket for each key, and the middleware that answers 429
`connections`  how many connections an address may hold, and how long a request may take to arrive
`turns`        costly questions take turns; work in a thread of its own

A route that answers with bytes it has at hand needs two lines::

    headers = {**SECURITY_HEADERS, **OPEN_ACCESS, "Cache-Control": "public, max-age=300"}
    return answer_conditional(request, body, "application/atom+xml", headers, last_modified=derived_at)

and one that renders them asks the cache first::

    cache = ByteCache[str, bytes](most_bytes=64_000_000)
    body = cache.get(request.url.path, version)
    if body is None:
        body = cache.put(request.url.path, version, render(...), size=len)
"""
