// What part of the map is seen, and what its address holds: the day, the county and the view. map.js paints it.
(() => {
  "use strict";
  const frame = document.getElementById("map-frame");
  const svg = document.getElementById("map");
  const controls = document.getElementById("zoom");
  if (!frame || !controls) return;
  const [, , WIDTH, HEIGHT] = svg.getAttribute("viewBox").split(" ").map(Number);
  const NEAREST = WIDTH / 24;
  let view = [0, 0, WIDTH, HEIGHT], day = "", fips = "", waiting = 0, settled = 0, dragged = false;
  const between = (least, value, most) => Math.min(most, Math.max(least, value));

  function show(x, y, width) {
    const wide = between(NEAREST, width, WIDTH), high = (wide * HEIGHT) / WIDTH;
    view = [between(0, x, WIDTH - wide), between(0, y, HEIGHT - high), wide, high];
    svg.setAttribute("viewBox", view.map((n) => Number(n.toFixed(1))).join(" "));
    svg.classList.toggle("near", wide < WIDTH);
    remember();
  }
  function zoom(by, [x, y] = [view[0] + view[2] / 2, view[1] + view[3] / 2]) {
    const share = between(NEAREST, view[2] * by, WIDTH) / view[2];
    show(x - (x - view[0]) * share, y - (y - view[1]) * share, view[2] * share);
  }
  function showBox(boxes) {
    const left = Math.min(...boxes.map((b) => b.x)), right = Math.max(...boxes.map((b) => b.x + b.width));
    const top = Math.min(...boxes.map((b) => b.y)), bottom = Math.max(...boxes.map((b) => b.y + b.height));
    const width = Math.max(right - left, ((bottom - top) * WIDTH) / HEIGHT) * 1.15;
    show((left + right - width) / 2, (top + bottom - (width * HEIGHT) / WIDTH) / 2, width);
  }
  const point = (event) => {
    const box = svg.getBoundingClientRect();
    return [view[0] + ((event.clientX - box.left) / box.width) * view[2], view[1] + ((event.clientY - box.top) / box.height) * view[3]];
  };

  function address() {
    const said = new URLSearchParams();
    if (day && day !== frame.dataset.day) said.set("day", day);
    if (fips) said.set("county", fips);
    if (view[2] < WIDTH) said.set("view", [view[0], view[1], view[2]].map((n) => n.toFixed(0)).join(","));
    return said.toString() ? `#${said.toString().replaceAll("%2C", ",")}` : "";
  }
  function remember() {
    clearTimeout(waiting);
    waiting = setTimeout(() => {
      history.replaceState(null, "", address() || location.pathname + location.search);
      for (const link of document.querySelectorAll(".tabs a, .tongues a")) link.hash = address();
    }, 150);
  }

  const stateOf = (row) => controls.querySelector(`option[value="${row.fips.slice(0, 2)}"]`)?.textContent || row.state;
  function rewrite(rows) {
    const body = document.querySelector("#map-table tbody");
    const made = rows.map((row) => {
      const line = document.createElement("tr"), place = document.createElement("th"), link = document.createElement("a");
      place.scope = "row";
      link.href = `${frame.dataset.places}${row.state.toLowerCase()}/${row.slug}/`;
      link.textContent = row.name;
      place.append(link);
      line.append(document.createElement("td"), place, document.createElement("td"));
      [line.firstChild.textContent, line.lastChild.textContent] = [stateOf(row), row.label];
      return line;
    });
    body.replaceChildren(...made);
    document.querySelector("#map-table caption").textContent = frame.dataset.counted.replace("…", made.length.toLocaleString(frame.dataset.locale)) + ", " + document.getElementById("map-day").textContent;
    for (const link of document.querySelectorAll("a[data-dated]")) link.search = `?date=${day}`;
  }

  frame.addEventListener("painted", (event) => {
    const moved = event.detail.day !== day && day !== "";
    ({ day, fips } = event.detail);
    remember();
    if (moved) { clearTimeout(settled); settled = setTimeout(() => rewrite(event.detail.rows()), 250); }
    const path = view[2] < WIDTH && document.getElementById(`c${fips}`);
    if (!path || event.detail.pointed) return;
    const box = path.getBBox(), x = box.x + box.width / 2, y = box.y + box.height / 2;
    if (x < view[0] || y < view[1] || x > view[0] + view[2] || y > view[1] + view[3]) show(x - view[2] / 2, y - view[3] / 2, view[2]);
  });
  frame.addEventListener("ready", () => {
    const said = new URLSearchParams(location.hash.slice(1));
    const seen = (said.get("view") || "").split(",").map(Number);
    if (seen.length === 3 && seen.every(Number.isFinite)) show(...seen);
    frame.dispatchEvent(new CustomEvent("goto", { detail: { day: said.get("day") || frame.dataset.day, fips: said.get("county") || "" } }));
    controls.hidden = false;
  });

  controls.addEventListener("click", (event) => {
    const by = event.target.closest("button")?.dataset.zoom;
    if (by) Number(by) ? zoom(Number(by)) : show(0, 0, WIDTH);
  });
  controls.querySelector("select").addEventListener("change", (event) => {
    const paths = [...document.querySelectorAll(`[id^="c${event.target.value}"]`)].filter((path) => path.id.length === 6);
    if (event.target.value && paths.length) showBox(paths.map((path) => path.getBBox()));
    else show(0, 0, WIDTH);
  });
  frame.addEventListener("keydown", (event) => {
    const by = { "+": 0.6, "=": 0.6, "-": 1 / 0.6, "0": Infinity }[event.key];
    if (!by || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    by === Infinity ? show(0, 0, WIDTH) : zoom(by);
  });
  svg.addEventListener("wheel", (event) => {
    if (!event.ctrlKey && !event.metaKey) return; // the page scrolls; a trackpad's pinch comes with the key
    event.preventDefault();
    zoom(event.deltaY > 0 ? 1.2 : 1 / 1.2, point(event));
  }, { passive: false });

  const down = new Map();
  svg.addEventListener("pointerdown", (event) => { down.set(event.pointerId, event); dragged = false; });
  window.addEventListener("pointermove", (event) => {
    const before = down.get(event.pointerId);
    if (!before) return;
    const box = svg.getBoundingClientRect(), others = [...down.values()].filter((e) => e.pointerId !== event.pointerId);
    const far = (e) => Math.hypot(e.clientX - others[0].clientX, e.clientY - others[0].clientY);
    if (others.length) {
      dragged = true;
      if (far(event) > 0) zoom(far(before) / far(event), point(event));
    } else if (view[2] < WIDTH) {
      const [dx, dy] = [event.clientX - before.clientX, event.clientY - before.clientY];
      if (!dragged && Math.hypot(dx, dy) < 5) return;
      dragged = true;
      show(view[0] - (dx / box.width) * view[2], view[1] - (dy / box.height) * view[3], view[2]);
    }
    down.set(event.pointerId, event);
  });
  for (const name of ["pointerup", "pointercancel"]) window.addEventListener(name, (event) => down.delete(event.pointerId));
  svg.addEventListener("click", (event) => { if (dragged) event.stopImmediatePropagation(); dragged = false; }, true);
})();
