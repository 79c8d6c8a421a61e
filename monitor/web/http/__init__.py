"""What every part of the web shares about HTTP; it imports none of the parts.

`cache`        `CachedApp` before an application: answers kept for one version of the data, validators, 304, gzip
`conditional`  ETag, If-None-Match, Last-Modified: `make_etag`, `is_not_modified`
`headers`      security headers, Content-Security-Policy
`open_access`  `OpenAccess` before data that any site's script may read: CORS in every answer, preflights
`client_ip`    who asks, also behind a trusted proxy
`limits`       a token bucket for each key, and the middleware that answers 429
`connections`  how many connections an address may hold, and how long a request may take to arrive
`turns`        costly questions take turns; work in a thread of its own
"""
