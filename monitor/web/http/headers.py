"""Response headers that every page shares: what a browser may do with an answer."""

from __future__ import annotations


def content_policy(*extra: str, frame_ancestors: str = "'none'") -> str:
    """Return a Content-Security-Policy: nothing from elsewhere, no inline script or style, no framing by others.

    `extra` directives are added, such as `connect-src 'self'`.
    """
    rules = (
        "default-src 'none'", "style-src 'self'", "script-src 'self'", "img-src 'self'", "manifest-src 'self'", *extra,
        "form-action 'self'", "base-uri 'none'", f"frame-ancestors {frame_ancestors}",
    )  # fmt: skip
    return "; ".join(rules)


#: For pages; the map's script fetches its data from the site itself.
SECURITY_HEADERS = {
    "content-security-policy": content_policy("connect-src 'self'"),
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}
#: For data that any other site's script may read.
OPEN_ACCESS = {"access-control-allow-origin": "*", "cross-origin-resource-policy": "cross-origin"}
