"""The forms ICE's landing page has had, as HTML made by the project."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

#: ICE's sentences about its own lists, in the wordings seen. Fill with `totals_html`.
WORDINGS = {
    "memorandums": "As of {day}, {time}, ICE has signed {agreements} Memorandums of Agreement for 287(g) programs "
    "covering {states} states and {territories} U.S. Territories.",
    "as_of_apart": "As of {day}, {time}.</p><p>ICE has signed {agreements} Memorandums of Agreement for 287(g) "
    "programs covering {states} states and {territories} U.S. Territories.",
    "memoranda": "As of {day}, ICE has signed {agreements} Memoranda of Agreement for 287(g) programs covering "
    "{states} states.",
    "moas": "As of {day}, {time}, ICE has signed {agreements} MOAs for 287(g) programs covering {states} states.",
}


def totals_html(
    wording: str,
    *,
    agreements: int,
    states: int,
    territories: int = 0,
    models: Sequence[tuple[str, int, int]] = (),
    pending: int | None = None,
    day: str = "August 26, 2026",
    time: str = "10:12 a.m.",
) -> str:
    """ICE's totals as the page states them are returned: the sentence, then a line for each (model, MOAs, states)."""
    sentence = WORDINGS[wording].format(
        agreements=f"{agreements:,}", states=states, territories=territories, day=day, time=time
    )
    lines = "".join(f"<li>{name}: {count:,} MOAs in {where} states</li>" for name, count, where in models)
    html = f"<p>{sentence}</p>" + (f"<ul>{lines}</ul>" if lines else "")
    return html + (f"<p>ICE also has {pending} pending agencies.</p>" if pending is not None else "")


def landing_page(body: str, *, nonce: str) -> str:
    """A whole page around `body` is returned, with the dirt of a real one: nonces, scripts, other links."""
    return f"""<!DOCTYPE html>
<html lang="en" dir="ltr">
<head>
  <meta charset="utf-8">
  <title>Partner With ICE Through the 287(g) Program | ICE</title>
  <link rel="canonical" href="https://www.ice.gov/identify-and-arrest/287g">
  <script nonce="{nonce}">window.drupalSettings = {{"ajax": "{nonce}", "captcha": false}};</script>
</head>
<body>
  <header><a href="/">U.S. Immigration and Customs Enforcement</a></header>
  <nav><a href="/identify-and-arrest">Identify and Arrest</a> <a href="/statistics">Statistics</a></nav>
  <main>
    <h1>Delegation of Immigration Authority Section 287(g) Immigration and Nationality Act</h1>
    <p>The 287(g) Program lets state and local law enforcement agencies carry out duties of immigration officers.</p>
    <ul>
      <li><a href="/doclib/about/offices/ero/287g/287gJEM.pdf">Jail Enforcement Model fact sheet</a></li>
      <li><a href="/doclib/detention/FY26_detentionStats.xlsx">Detention Statistics (XLSX)</a></li>
      <li><a href="/doclib/about/offices/ero/287g/287gMonthlyEncounterReport.xlsx">Encounter report</a></li>
    </ul>
    {body}
    <p><a href="/doclib/287gMOA/287g_TFM_BakerCounty_FL_01022026.pdf">Sample MOA of participating agencies</a></p>
  </main>
  <footer>Updated: <time>{escape("01/05/2026")}</time></footer>
  <script src="/core/misc/drupal.js?v={nonce}" nonce="{nonce}"></script>
</body>
</html>
"""


def list_table(rows: Iterable[Sequence[str]], *, caption: str = "Participating Entities") -> str:
    """The table of 2017 to February 2025 is returned. Rows: state, agency, support type, signed, address of the MOA."""
    cells = "\n".join(
        "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row[:4])
        + (f'<td><a href="{escape(row[4])}">link</a></td>' if row[4] else "<td></td>") + "</tr>"
        for row in rows
    )  # fmt: skip
    return f"""<h2>{caption}</h2>
<table class="table">
<thead><tr><th>STATE</th><th>LAW ENFORCEMENT AGENCY</th><th>SUPPORT TYPE</th><th>SIGNED</th><th>MOA</th></tr></thead>
<tbody>
{cells}
</tbody></table>"""


AKAMAI = """<HTML><HEAD>
<TITLE>Access Denied</TITLE>
</HEAD><BODY>
<H1>Access Denied</H1>

You don't have permission to access "http&#58;&#47;&#47;www&#46;ice&#46;gov&#47;identify&#45;and&#45;arrest&#47;287g"
on this server.<P>
Reference&#32;&#35;18&#46;4f1e1202&#46;1757689234&#46;1a2b3c4d
<P>https&#58;&#47;&#47;errors&#46;edgesuite&#46;net&#47;18&#46;4f1e1202&#46;1757689234&#46;1a2b3c4d</P>
</BODY>
</HTML>
"""

CAPTCHA = """<!DOCTYPE html><html><head><title>Pardon Our Interruption</title></head><body>
<h1>Pardon Our Interruption...</h1><p>Something about your browser made us think you were a bot.</p>
<div class="g-recaptcha"></div></body></html>
"""

NOT_FOUND = """<!DOCTYPE html><html lang="en"><head><title>Page not found | ICE</title></head><body>
<h1>Page not found</h1><p>The requested page could not be found.</p></body></html>
"""
