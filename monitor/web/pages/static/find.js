// The search of published pages: the steps of monitor/search/find.py, over the index that shipped_index.py writes.
// A test asks both the same questions. Nothing is read before someone types.
const Find = (() => {
  "use strict";
  const APOSTROPHES = /['`\u00b4\u02bb\u02bc\u02b9\u2018\u2019\u201b\u2032]/g;
  const WORDS = { st: "saint", ste: "sainte", ft: "fort", mt: "mount" };
  const COUNTY_BEFORE = /^(?:el |the )?(?:condado|parroquia|municipio|county|parish|borough)(?: de| del| of)? (?=\w)/;
  const CITY_BEFORE = /^(?:la |the )?(?:ciudad|pueblo|villa|city|town|village|township)(?: de| del| of)? (?=\w)/;
  const CITY_AFTER = / (?:city|town|village|township|twp)$/;
  const STATE_BEFORE = ["estado de ", "state of ", "commonwealth of ", "in ", "en "];
  const joined = (name) => name.replaceAll(" ", "");
  const without = (text, end) => (end && text.endsWith(end) ? text.slice(0, -end.length) : text);
  const bare = (text) => text.normalize("NFKD").replace(/\p{Mn}/gu, "");
  const slug = (name) => bare(name.toLowerCase()).replace(/['’.]/g, "").replace(/[^a-z0-9]+/g, "-").replace(/^-|-$/g, "");

  function normal(text) {
    const ascii = /^[\x00-\x7f]*$/.test(text) ? text.replace(APOSTROPHES, "") : bare(text.replace(APOSTROPHES, "")).replace(APOSTROPHES, "");
    const words = ascii.toLowerCase().replaceAll("&", " and ").replace(/[^\p{L}\p{N}]+/gu, " ").trim().split(" ");
    return words.map((word) => (Object.hasOwn(WORDS, word) ? WORDS[word] : word)).join(" ").replace(/\bmc (?=[a-z])/g, "mc");
  }

  /** Slips between two words: letters put in, left out, changed, or swapped with their neighbor; more than `most` is 99. */
  function slips(a, b, most = 98) {
    if (Math.abs(a.length - b.length) > most) return 99;
    let [before, row] = [[], Array.from({ length: b.length + 1 }, (_, j) => j)];
    for (let i = 1; i <= a.length; i++) {
      const next = [i];
      for (let j = 1; j <= b.length; j++) {
        next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
        if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) next[j] = Math.min(next[j], before[j - 2] + 1);
      }
      [before, row] = [row, next];
      if (Math.min(...row, ...before) > most) return 99;
    }
    return row[b.length] <= most ? row[b.length] : 99;
  }

  /** The similarity of Jaro and Winkler, 0 to 1. */
  function similarity(a, b) {
    const reach = Math.max(0, Math.floor(Math.max(a.length, b.length) / 2) - 1);
    const taken = new Set();
    const ours = [];
    for (let i = 0; i < a.length; i++) {
      for (let j = Math.max(0, i - reach); j <= Math.min(b.length - 1, i + reach); j++) {
        if (!taken.has(j) && a[i] === b[j]) { taken.add(j); ours.push(a[i]); break; }
      }
    }
    if (!ours.length) return 0;
    const theirs = [...taken].sort((x, y) => x - y).map((j) => b[j]);
    const swapped = Math.floor(ours.filter((letter, i) => letter !== theirs[i]).length / 2);
    const jaro = (ours.length / a.length + ours.length / b.length + (ours.length - swapped) / ours.length) / 3;
    let start = 0;
    while (start < 4 && start < a.length && a[start] === b[start]) start++;
    return jaro > 0.7 ? jaro + start * 0.1 * (1 - jaro) : jaro;
  }

  const compare = (a, b) => {
    for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return a[i] < b[i] ? -1 : 1;
    return 0;
  };

  function make(index, agencyRows, zipCodes) {
    const byName = new Map(), countyOf = new Map(), inCounty = {}, inState = {};
    const add = (key, place) => { if (!byName.has(key)) byName.set(key, []); byName.get(key).push(place); };
    for (const [state, lines] of Object.entries(index.places)) {
      for (const line of lines.split("\n")) {
        const [name, code, people, kind, keys] = line.split("\t");
        const fips = code ? index.states[state][1] + code : "";
        const place = { kind: kind ? "county" : "place", state, name, fips, people: Number(people || 0) };
        if (kind) countyOf.set(fips, place);
        for (const key of keys ? keys.split(",") : [joined(normal(name))]) add(key, place);
      }
    }
    const names = [...byName.keys()].sort();
    const stateNames = Object.entries(index.state_names);
    const agencies = [], byWord = new Map();
    agencyRows.forEach(([id, name, state, fips, listed, texts], number) => {
      const size = new Set(queryWords(normal(name))).size;
      agencies.push({ id, name, state, fips: fips || "", listed, size });
      if (listed) { inCounty[fips || ""] = (inCounty[fips || ""] || 0) + 1; inState[state || ""] = (inState[state || ""] || 0) + 1; }
      for (const text of [name, ...texts, state || "", state ? index.states[state][0] : ""]) {
        for (const word of queryWords(normal(text))) { if (!byWord.has(word)) byWord.set(word, new Set()); byWord.get(word).add(number); }
      }
    });

    function queryWords(text) {
      const long = (word) => (Object.hasOwn(index.long, word) ? index.long[word].split(" ") : [word]);
      return text.split(" ").filter(Boolean).flatMap(long).filter((word) => !index.empty.includes(word));
    }
    const isNear = (word, known, shortest) => known.includes(word) ||
      (word.length >= shortest && !index.place_words.includes(word) && known.some((other) => slips(word, other, 2) <= 2));
    const isAgencyWord = (word) => isNear(word, index.agency_words, 6);
    function askedWords(text) {
      const words = queryWords(text);
      return index.bodies.some((body) => words.includes(body)) ? words.filter((word) => !isNear(word, index.body_words, 5)) : words;
    }

    function findState(given) {
      let text = given;
      for (const word of STATE_BEFORE) if (text.startsWith(word)) text = text.slice(word.length);
      text = without(text, " state");
      if (Object.hasOwn(index.state_names, text)) return index.state_names[text];
      if (text.length === 2 && Object.hasOwn(index.states, text.toUpperCase())) return text.toUpperCase();
      if (text.length < 6) return null;
      const near = stateNames.filter(([name]) => name[0] === text[0]).map(([name, code]) => [slips(text, name), code]).sort(compare);
      if (!near.length) return null;
      const rivals = new Set(near.filter(([far]) => far === near[0][0]).map(([, code]) => code));
      return near[0][0] <= (text.length < 8 ? 1 : 2) && rivals.size === 1 ? near[0][1] : null;
    }

    function splitState(text) {
      const words = text.split(" "), found = [];
      for (const length of [4, 3, 2, 1].filter((n) => n < words.length)) {
        let code = findState(words.slice(-length).join(" "));
        if (code) found.push([[" in", " en", " de"].reduce(without, words.slice(0, -length).join(" ")), code]);
        const start = words.slice(0, length).join(" ");
        if (start.length > 2 && (code = findState(start))) found.push([words.slice(length).join(" "), code]);
      }
      return found;
    }

    function readWanted(text) {
      let found = COUNTY_BEFORE.exec(text);
      if (found) return [{ name: text.slice(found[0].length), kind: "county", word: "" }];
      const at = text.lastIndexOf(" "), head = at < 0 ? "" : text.slice(0, at), last = text.slice(at + 1);
      const whole = { name: text, kind: "", word: "" };
      if (head.endsWith(" census") && last === "area") return [{ name: without(head, " census"), kind: "county", word: "" }];
      if (head && last.length >= 4 && index.county_words.some((word) => slips(last, word, 2) <= 2)) return [{ name: head, kind: "county", word: last }, whole];
      if ((found = CITY_BEFORE.exec(text))) return [whole, { name: text.slice(found[0].length), kind: "place", word: "" }];
      if ((found = CITY_AFTER.exec(text)) && found.index > 0) return [whole, { name: text.slice(0, found.index), kind: "place", word: "" }];
      return [whole];
    }

    const fitting = (places, wanted, state) => places.filter((p) =>
      (["", p.kind].includes(wanted.kind) || (wanted.kind === "place" && p.name.endsWith(" city"))) && [null, p.state].includes(state));
    function ranked(places) {
      const unique = [...new Set(places)], people = {}, beside = {};
      for (const p of unique) if (p.kind === "county") { people[p.fips] = p.people; beside[`${p.state} ${without(p.name, " County")}`] = p.people; }
      const order = (p) => {
        const large = p.kind === "place" && p.people >= index.large_city;
        return [-Math.max(p.people, people[p.fips] || 0, (large && beside[`${p.state} ${p.name}`]) || 0), p.kind === "county" ? 1 : large ? 0 : 2, p.state, p.name];
      };
      return unique.map((p) => [order(p), p]).sort((a, b) => compare(a[0], b[0])).map(([, p]) => p);
    }
    function findExact(wanted, state) {
      const found = ranked(fitting(byName.get(joined(wanted.name)) || [], wanted, state));
      return [true, false].flatMap((yes) => found.filter((p) => normal(p.name).endsWith(wanted.word) === yes));
    }
    function findBegun(wanted, state) {
      const start = joined(wanted.name);
      if (start.length < 3) return [];
      return ranked(fitting(names.filter((name) => name.startsWith(start)).flatMap((name) => byName.get(name)), wanted, state)).slice(0, 20);
    }
    function findNear(wanted, state) {
      const name = joined(wanted.name);
      if (name.length < 4) return [];
      const allowed = name.length < 7 ? 1 : name.length < 12 ? 2 : 3;
      const near = names.map((known) => [slips(name, known, allowed), known]).filter(([far]) => far <= allowed)
        .sort((a, b) => a[0] - b[0]).slice(0, 40);
      for (let distance = 1; distance <= allowed; distance++) {
        const found = ranked(fitting(near.filter(([far]) => far === distance).flatMap(([, known]) => byName.get(known)), wanted, state));
        const sameStart = found.filter((p) => normal(p.name)[0] === name[0]);
        if (found.length) return sameStart.length ? sameStart : found;
      }
      if (state === null) return [];
      let best = [0.9, null];
      for (const known of names) {
        const like = fitting(byName.get(known), wanted, state).length ? similarity(name, known) : 0;
        if (like > best[0] || (like === 0.9 && !best[1])) best = [like, known];
      }
      return best[1] ? ranked(fitting(byName.get(best[1]), wanted, state)) : [];
    }

    const ofState = (code) => ({ kind: "state", name: index.states[code][0], state: code, fips: index.states[code][1], url: `/places/${code.toLowerCase()}/`, agencies: inState[code] || 0 });
    function ofPlace(p) {
      const county = countyOf.get(p.fips);
      const url = `/places/${p.state.toLowerCase()}/` + (county ? `${slug(county.name)}/` : "") + (p.kind === "place" ? `#${slug(p.name)}` : "");
      return { kind: p.kind, name: p.name, state: p.state, fips: p.fips || null, url, agencies: inCounty[p.fips] || 0 };
    }
    const ofAgency = (a) => ({ kind: "agency", name: a.name, state: a.state, fips: a.fips || null, url: `/agencies/${a.id}/`, agencies: a.listed });

    function* ofPlaces(text, exactOnly = false) {
      const readings = [[text, null], ...splitState(text)];
      for (const step of exactOnly ? [findExact] : [findExact, findBegun, findNear]) {
        for (const [name, state] of step === findExact ? readings : [...readings.slice(1), readings[0]]) {
          const places = readWanted(name).flatMap((wanted) => step(wanted, state));
          if (!places.length) continue;
          for (const p of places) {
            yield ofPlace(p);
            if (p.kind === "place" && countyOf.has(p.fips)) yield ofPlace(countyOf.get(p.fips));
          }
          if (state) yield ofState(state);
          return;
        }
      }
      if (!exactOnly) for (const [, state] of readings.slice(1)) yield ofState(state);
    }

    function nearWords(word) {
      const found = new Map([...(byWord.get(word) || [])].map((number) => [number, 0]));
      if (word.length < 3) return found;
      const allowed = word.length < 4 ? 0 : word.length < 7 ? 1 : 2;
      for (const [known, numbers] of byWord) {
        let distance = 1;
        if (!known.startsWith(word)) {
          if (found.size || known[0] !== word[0]) continue;
          distance = 2 * slips(word, known, allowed);
          if (distance > 2 * allowed) continue;
        }
        for (const number of numbers) found.set(number, Math.min(found.has(number) ? found.get(number) : 99, distance));
      }
      return found;
    }
    function findAgencies(words) {
      let far = null;
      for (const word of words) {
        const near = nearWords(word);
        far = far ? new Map([...far].filter(([n]) => near.has(n)).map(([n, d]) => [n, d + near.get(n)])) : near;
      }
      const rows = [...(far || [])].map(([n, d]) => [d, agencies[n].listed ? 0 : 1, agencies[n].size, agencies[n].name, agencies[n].id, n]);
      return rows.sort(compare).map((row) => ofAgency(agencies[row[5]]));
    }

    function* answers(text, asked) {
      if (!text) return;
      const zip = /(?<!\d)(\d{5})(?:-\d{4})?(?!\d)/.exec(asked);
      if (zip) {
        const fips = Object.keys(zipCodes || {}).find((code) => zipCodes[code].includes(zip[1]));
        if (countyOf.has(fips)) yield ofPlace(countyOf.get(fips));
        return;
      }
      const words = askedWords(text), state = findState(text), placeWords = words.filter((word) => !isAgencyWord(word));
      let found = findAgencies(words);
      if (!found.length) found = findAgencies([placeWords.join(""), ...words.filter(isAgencyWord)]);
      const namesPlace = () => [[text, null], ...splitState(text)].some(([name, code]) => readWanted(name).some((wanted) => findExact(wanted, code).length));
      if (found.length && words.some(isAgencyWord) && !namesPlace()) {
        yield* found.slice(0, 8);
        const rest = placeWords.join(" "), around = findState(rest);
        if (around) yield ofState(around);
        else if (rest) yield* ofPlaces(rest);
      } else if (state) {
        yield ofState(state);
        yield* ofPlaces(text, true);
      } else {
        yield* ofPlaces(text);
        yield* found;
      }
    }

    return (asked) => {
      const found = new Map();
      for (const record of answers(normal(asked.replaceAll("\0", "").slice(0, 200)), asked)) {
        if (!found.has(record.url)) found.set(record.url, record);
        if (found.size >= index.most) break;
      }
      return [...found.values()];
    };
  }
  return { make, needsZipCodes: (asked) => /\d{5}/.test(asked) };
})();
