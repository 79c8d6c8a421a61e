// Beside each date and time marked so, say how long ago that was, by the reader's clock.
for (const time of document.querySelectorAll("time[data-ago]")) {
  const text = time.getAttribute("datetime");
  const minutes = Math.round((Date.now() - new Date(text)) / 60000);
  if (!(minutes >= 0)) continue;
  const say = new Intl.RelativeTimeFormat(document.documentElement.lang, { numeric: "auto" });
  const ago = text.length > 10 && minutes < 60 ? say.format(-minutes, "minute")
    : text.length > 10 && minutes < 2880 ? say.format(-Math.round(minutes / 60), "hour")
    : say.format(-Math.floor(minutes / 1440), "day");
  time.after(` (${ago})`);
}
