// The answer of the published search for what it finds first, read from that place's or agency's own page.
const Card = (() => {
  "use strict";
  const node = (name, values, ...children) => { const made = Object.assign(document.createElement(name), values); made.append(...children); return made; };
  const link = (href, ...children) => node("a", { href }, ...children);

  function typeList(given, say) {
    const types = given.trim().split(" ");
    return node("ul", { className: "plain" }, ...types.flatMap((code, i) => (i % 2 ? [] : [node("li", {},
      node("abbr", { className: `type ${code}`, title: say.types[code][0] }, code), ` × ${types[i + 1]}: ${say.types[code][1]}`)])));
  }

  function neighbors(page, address, say) {
    const rows = [...page.querySelectorAll("#beside li")];
    if (!rows.length) return [];
    const listed = rows.filter((row) => row.querySelector(".badge.listed")).length, waits = rows.filter((row) => row.className === "waits").length;
    const some = say.some.replace("{some}", listed).replace("{all}", rows.length);
    for (const a of page.querySelectorAll("#beside a")) a.href = new URL(a.getAttribute("href"), address);
    for (const type of page.querySelectorAll("#beside .type")) { type.nextSibling?.nodeType === 3 && type.nextSibling.remove(); type.remove(); }
    return [node("details", {}, node("summary", {}, `${say.beside}: ${some}${waits ? `, ${say.waits.replace("…", waits)}` : ""}`),
      node("ul", { className: "plain" }, ...rows.map((row) => node("li", {}, ...row.childNodes))))];
  }

  /** Show the card for a record of the search; none where its page does not tell how it stands. */
  async function show(first, home, root) {
    const card = document.getElementById("answer"), say = JSON.parse(card.dataset.words);
    const address = new URL(first.url.slice(1).split("#")[0], home);
    const [text, newest] = await Promise.all([fetch(address).then((answer) => answer.text()), fetch(new URL("data/newest.json", root)).then((answer) => answer.json())]);
    const page = new DOMParser().parseFromString(text, "text/html"), standing = page.getElementById("standing");
    if (!standing) return;
    const { code, agencies, types } = standing.dataset, language = document.documentElement.lang;
    const many = agencies === "1" ? say.one : say.many.replace("…", Number(agencies).toLocaleString(`${language}-US`));
    const answer = code === "listed" && first.kind !== "agency" ? many : say.answers[code];
    const day = newest.published_on && new Intl.DateTimeFormat(`${language}-US`, { dateStyle: "long", timeZone: "UTC" }).format(new Date(`${newest.published_on}T12:00:00Z`));
    const ways = [...page.querySelectorAll(".ways a")].filter((a) => !a.hash).map((a) => link(new URL(a.getAttribute("href"), address), a.textContent));
    card.replaceChildren(
      node("h2", {}, link(address, page.title.slice(0, page.title.lastIndexOf(" · ")))),
      ...(first.kind === "place" && page.querySelector("#beside") ? [node("p", { className: "note" }, say.inside.replace("…", first.name))] : []),
      node("p", { className: "lead" }, answer), node("p", {}, ...standing.childNodes, day ? ` · ${say.newest.replace("…", day)}` : ""),
      ...(types.trim() ? [typeList(types, say)] : []),
      ...(first.kind === "agency" ? [] : neighbors(page, address, say)),
      node("p", { className: "links" }, link(address, say.on), ...ways.flatMap((way) => [" · ", way])));
    card.hidden = false;
  }
  return { show };
})();
