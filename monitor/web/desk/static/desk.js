// One key presses the button or follows the link that carries it as data-key. Nothing happens while one types, nor
// before the page has been on the screen long enough to be seen: a key meant for the page before must not rule here.
"use strict";
(() => {
  const SEEN_MS = 400;
  const typing = (target) => target.matches("input:not([type=checkbox]):not([type=radio]), select, textarea");
  const items = () => [...document.querySelectorAll("[data-item]")];
  const move = (step) => {
    const all = items();
    const at = all.indexOf(document.activeElement);
    const next = all[Math.min(Math.max(at + step, 0), all.length - 1)];
    if (next) next.focus();
  };
  let timer = 0;
  const wait = () => {
    delete document.body.dataset.keys;
    clearTimeout(timer);
    if (document.visibilityState !== "visible") return;
    // after the frame that paints the page
    requestAnimationFrame(() => requestAnimationFrame(() => {
      timer = setTimeout(() => { document.body.dataset.keys = "ready"; }, SEEN_MS);
    }));
  };
  window.addEventListener("pageshow", wait);
  document.addEventListener("visibilitychange", wait);
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
    if (typing(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    if (document.body.dataset.keys !== "ready") return;
    const key = CSS.escape(event.key);
    const focus = document.querySelector(`[data-focus="${key}"]`);
    const target = document.querySelector(`[data-key="${key}"]`);
    if (focus) focus.focus();
    else if (target) target.click();
    else if (event.key === "j" && items().length) move(1);
    else if (event.key === "k" && items().length) move(-1);
    else return;
    event.preventDefault();
  });
  // A form that takes a while says so and is sent once; after that no key does anything.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (form.dataset.sent) return event.preventDefault();
    form.dataset.sent = "yes";
    delete document.body.dataset.keys;
    if (!form.dataset.busy) return;
    const note = document.createElement("p");
    note.setAttribute("role", "status");
    note.className = "busy";
    note.textContent = form.dataset.busy;
    form.append(note);
  });
  window.addEventListener("pageshow", () => document.querySelectorAll("form").forEach((f) => delete f.dataset.sent));
})();
