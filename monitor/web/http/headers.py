"""What every answer says besides its body: what a browser may do with it."""

from __future__ import annotations

from monitor.web.pages.render_page import Page

#: Nothing from elsewhere, no inline script or style; the map's data come from the site itself.
POLICY = (
    "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self';"
    " base-uri 'none'"
)
ALWAYS = {
    "content-security-policy": f"{POLICY}; frame-ancestors 'none'",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "permissions-policy": "geolocation=(), camera=(), microphone=()",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}


def headers_for(page: Page, language: str) -> dict[str, str]:
    """The headers of a page."""
    headers = {**ALWAYS, "content-type": page.media, "cache-control": "public, max-age=60, must-revalidate"}
    if page.media.startswith("text/html"):
        headers["content-language"] = language
    if page.file is not None:
        headers["content-disposition"] = f'attachment; filename="{page.file}"'
    if page.media in ("application/json", "text/csv; charset=utf-8", "application/geo+json"):
        headers["access-control-allow-origin"] = "*"
        headers["cross-origin-resource-policy"] = "cross-origin"
    return headers
