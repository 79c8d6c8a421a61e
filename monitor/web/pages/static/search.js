// The search box: suggestions while typing, and on published pages the answers too. The index is read when it is used.
(() => {
  "use strict";
  const { src, dataset: told } = document.currentScript;
  const root = new URL("../", src), language = document.documentElement.lang;
  const locale = `${language}-US`, home = new URL(language === "en" ? "./" : `${language}/`, root).href;
  const get = (address) => fetch(address).then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)));
  let ready = null, zipCodes = null;

  const script = (name) => new Promise((resolve, reject) => {
    const made = Object.assign(document.createElement("script"), { src: new URL(`static/${name}${new URL(src).search}`, root), onload: resolve, onerror: reject });
    document.head.append(made);
  });
  async function ask(text) {
    if (told.api) return get(`${told.api}?q=${encodeURIComponent(text)}`);
    const part = (name) => get(new URL(`search/${name}.json`, root));
    ready ||= Promise.all([part("places"), part("agencies"), script("find.js")]);
    const [places, agencies] = await ready;
    if (Find.needsZipCodes(text)) zipCodes ||= await part("zip-codes");
    ask.find = ask.zip === zipCodes && ask.find || Find.make(places, agencies, zipCodes);
    ask.zip = zipCodes;
    return ask.find(text);
  }

  const called = (record) => record.name + (record.kind !== "state" && record.state ? `, ${record.state}` : "");
  for (const box of document.querySelectorAll("form[role=search] input[name=q]")) {
    box.autocomplete = "off"; // what was typed before lies over the suggestions
    const list = Object.assign(document.createElement("datalist"), { id: `${box.id}-found` });
    box.after(list);
    box.setAttribute("list", list.id);
    let waiting = 0;
    box.addEventListener("input", () => {
      clearTimeout(waiting);
      waiting = setTimeout(async () => {
        const text = box.value.trim();
        const found = text.length < 3 ? [] : await ask(text).catch(() => []);
        if (box.value.trim() === text) list.replaceChildren(...found.slice(0, 8).map((record) => new Option(called(record))));
      }, 120);
    });
  }

  document.getElementById("without-script")?.remove();
  const place = document.getElementById("found");
  const asked = (new URLSearchParams(location.search).get("q") || "").trim();
  if (!place || !asked) return;
  const say = JSON.parse(place.dataset.words);
  const node = (name, values, ...children) => { const made = Object.assign(document.createElement(name), values); made.append(...children); return made; };
  const counted = (n) => (n === 1 ? say.one : say.many).replace("…", n.toLocaleString(locale));
  function about(record, found) {
    if (record.kind === "agency") return record.agencies ? say.listed : say.gone;
    const around = record.kind === "place" && found.find((other) => other.kind === "county" && other.fips === record.fips);
    return around ? say.inside.replace("…", around.name) : counted(record.agencies);
  }
  document.getElementById("q").value = asked;
  place.hidden = false;
  place.querySelector("h2").textContent = say.title.replace("…", asked);
  ask(asked).then((found) => {
    place.querySelector("ul").replaceChildren(...found.map((record) => node("li", {},
      node("a", { href: home + record.url.slice(1) }, node("bdi", { textContent: record.name }), record.kind !== "state" && record.state ? `, ${record.state}` : ""),
      " ", node("span", { className: "by", textContent: `${say.kinds[record.kind]} · ${about(record, found)}` }))));
    place.querySelector("p").textContent = found.length ? "" : say.none;
    if (found.length) script("card.js").then(() => Card.show(found[0], home, root));
  }, () => { place.querySelector("p").textContent = say.unread; });
})();
