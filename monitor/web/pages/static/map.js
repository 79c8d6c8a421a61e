// The map is whole without this script; with it, it moves through time and tells of the county under the pointer.
(() => {
  "use strict";
  const frame = document.getElementById("map-frame");
  const svg = document.getElementById("map");
  if (!frame || !window.fetch) return;
  const layer = frame.dataset.layer;
  const about = document.getElementById("about-county");
  const focus = document.getElementById("focus");
  const range = document.getElementById("step");
  const dayLabel = document.getElementById("map-day");
  const format = new Intl.DateTimeFormat(frame.dataset.locale, { dateStyle: "long", timeZone: "UTC" });
  const supports = { T: "TFM", W: "WSO", J: "JEM", P: "", "?": "?" };
  const labels = {};
  for (const item of document.querySelectorAll("#key li")) {
    const code = item.querySelector(".swatch").classList[1];
    labels[code] = item.querySelector(".label").textContent;
  }
  let data, step, shapes, centers, current = null;

  const ADMINISTRATIONS = ["bush", "obama", "trump1", "biden", "trump2"];

  function shade(spans, at) {
    let pending = false, past = false, count = 0, held = "", earliest = ADMINISTRATIONS.length;
    for (const [first, end, type, administration] of spans) {
      if (first > at) continue;
      if (type === "P") { if (at < end) pending = true; continue; }
      past = true;
      if (at >= end) continue;
      count += 1;
      if (!held.includes(type)) held += type;
      if (administration) earliest = Math.min(earliest, ADMINISTRATIONS.indexOf(administration));
    }
    if (layer === "status") return count ? "listed" : pending ? "pending" : past ? "ended" : "";
    if (!count) return "";
    if (layer === "number") return "n" + (count < 4 ? count : count < 6 ? 4 : 6);
    if (layer === "administration") return ADMINISTRATIONS[earliest] || "";
    const jail = held.includes("J"), warrant = held.includes("W");
    if (held.includes("T")) return jail || warrant ? "tj" : "t";
    return jail && warrant ? "jw" : jail ? "j" : warrant ? "w" : "";
  }

  function repaint(at) {
    step = at;
    const counts = {};
    for (const [fips, spans] of data.list) {
      const now = shade(spans, at), path = shapes.get(fips);
      counts[now] = (counts[now] || 0) + 1;
      if (path && path.shade !== now) { path.shade = now; path.setAttribute("class", now); }
    }
    for (const place of document.querySelectorAll("#key .n")) place.textContent = counts[place.dataset.class] || 0;
    const day = data.days[at];
    dayLabel.dateTime = day;
    dayLabel.textContent = format.format(new Date(day + "T12:00:00Z"));
    range.setAttribute("aria-valuetext", dayLabel.textContent);
    if (current) tell(current);
    announce(false);
  }

  /** Tell map_view.js what is shown; `rows` gives the table of it. */
  function announce(pointed) {
    const rows = () => data.list.map(([fips, spans]) => [fips, shade(spans, step)]).filter(([fips, code]) => code && data.names[fips])
      .map(([fips, code]) => { const [name, state, slug] = data.names[fips]; return { fips, name, state, slug, label: labels[code] }; })
      .sort((a, b) => (a.state + a.slug < b.state + b.slug ? -1 : 1));
    frame.dispatchEvent(new CustomEvent("painted", { detail: { day: data.days[step], fips: current || "", pointed, rows } }));
  }

  function tell(fips) {
    const [name, state] = data.names[fips];
    const now = (data.counties[fips] || []).filter(([first, end, type]) => first <= step && step < end && type !== "P");
    const code = shade(data.counties[fips] || [], step);
    const what = now.map((s) => supports[s[2]] + (s[4] ? " " + s[4] : "")).join(", ");
    about.textContent = `${name}, ${state}: ${labels[code] || frame.dataset.none}${what ? " (" + what + ")" : ""}`;
    focus.setAttribute("d", shapes.get(fips).getAttribute("d"));
  }

  function choose(fips, pointed = false) { if (fips && fips !== current) { current = fips; tell(fips); announce(pointed); } }
  function open(fips) {
    const [, state, slug] = data.names[fips];
    window.location.href = `${frame.dataset.places}${state.toLowerCase()}/${slug}/`;
  }
  const fipsOf = (target) => (target.id && target.id[0] === "c" && shapes.has(target.id.slice(1)) ? target.id.slice(1) : null);

  function center(fips) {
    if (!centers.has(fips)) {
      const box = shapes.get(fips).getBBox();
      centers.set(fips, [box.x + box.width / 2, box.y + box.height / 2]);
    }
    return centers.get(fips);
  }

  function move(dx, dy) {
    if (!current) return choose(data.list.length ? data.list[0][0] : shapes.keys().next().value);
    const [x, y] = center(current);
    let best = null, least = Infinity;
    for (const fips of shapes.keys()) {
      const [cx, cy] = center(fips), along = (cx - x) * dx + (cy - y) * dy, across = Math.abs((cx - x) * dy) + Math.abs((cy - y) * dx);
      if (along > 2 && along + 2 * across < least) { least = along + 2 * across; best = fips; }
    }
    choose(best);
  }

  function start(loaded) {
    data = loaded;
    data.list = Object.entries(data.counties);
    shapes = new Map();
    centers = new Map();
    for (const path of document.getElementById("counties").children) {
      path.shade = path.getAttribute("class") || "";
      shapes.set(path.id.slice(1), path);
    }
    step = Math.max(0, data.days.lastIndexOf(frame.dataset.day));
    range.max = data.days.length - 1;
    range.value = step;
    document.getElementById("slider").hidden = false;
    range.addEventListener("input", () => repaint(Number(range.value)));
    svg.addEventListener("pointerover", (event) => choose(fipsOf(event.target), true));
    svg.addEventListener("click", (event) => {
      const fips = fipsOf(event.target);
      if (!fips) return;
      if (event.pointerType === "touch" && fips !== about.dataset.fips) { choose(fips, true); about.dataset.fips = fips; } else open(fips);
    });
    frame.tabIndex = 0;
    frame.setAttribute("role", "application");
    frame.setAttribute("aria-label", frame.dataset.label);
    const keys = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };
    frame.addEventListener("keydown", (event) => {
      if (keys[event.key]) { move(...keys[event.key]); event.preventDefault(); }
      if (event.key === "Enter" && current) open(current);
    });
    const play = document.getElementById("play");
    let playing = false, last = 0;
    const tick = (now) => {
      if (!playing) return;
      if (now - last > 90) {
        last = now;
        const next = (Number(range.value) + 1) % data.days.length;
        range.value = next;
        repaint(next);
        if (next === data.days.length - 1) return toggle();
      }
      window.requestAnimationFrame(tick);
    };
    const toggle = () => {
      playing = !playing;
      play.firstElementChild.hidden = playing;
      play.lastElementChild.hidden = !playing;
      if (playing) window.requestAnimationFrame(tick);
    };
    play.addEventListener("click", toggle);
    frame.addEventListener("goto", ({ detail }) => {
      const at = data.days.lastIndexOf(detail.day);
      if (shapes.has(detail.fips)) choose(detail.fips);
      if (at >= 0) { range.value = at; repaint(at); }
    });
    frame.dataset.ready = "yes";
    frame.dispatchEvent(new Event("ready"));
  }

  fetch(frame.dataset.source).then((answer) => answer.json()).then(start).catch(() => {});
})();
