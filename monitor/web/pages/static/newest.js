// Published pages of places name the newest list by this script, so that they need not be written again with each list.
(() => {
  "use strict";
  const told = document.currentScript.dataset;
  fetch(told.source).then((answer) => answer.json()).then((list) => {
    const day = new Intl.DateTimeFormat(told.locale, { dateStyle: "long", timeZone: "UTC" }).format(new Date(list.published_on + "T12:00:00Z"));
    for (const place of document.querySelectorAll("[data-newest]")) {
      if (place.dataset.newest === "day") place.textContent = place.dataset.say.replace("…", day);
      if (place.dataset.newest === "file") { place.textContent = list.file; place.href = told.list + list.sha256 + "/"; }
      if (place.dataset.newest === "sha256") place.textContent = ", sha256 " + list.sha256;
    }
  }).catch(() => {});
})();
