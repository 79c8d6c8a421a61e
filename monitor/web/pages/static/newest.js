// Published pages of places name the newest list by this script, so that they need not be written again with each list.
(() => {
  "use strict";
  const root = new URL("../", document.currentScript.src), language = document.documentElement.lang;
  fetch(new URL("data/newest.json", root)).then((answer) => answer.json()).then((list) => {
    const day = new Intl.DateTimeFormat(`${language}-US`, { dateStyle: "long", timeZone: "UTC" }).format(new Date(list.published_on + "T12:00:00Z"));
    for (const place of document.querySelectorAll("[data-newest]")) {
      if (place.dataset.newest === "day") place.textContent = place.dataset.say.replace("…", day);
      if (place.dataset.newest === "file") { place.textContent = list.file; place.href = new URL(`${language === "en" ? "" : `${language}/`}lists/${list.sha256}/`, root); }
      if (place.dataset.newest === "sha256") place.textContent = ", sha256 " + list.sha256;
    }
  }).catch(() => {});
})();
