// A table that sorts by its headings and shows the rows that have the words typed. Without this script it is whole.
(() => {
  "use strict";
  for (const table of document.querySelectorAll("table[data-filter]")) {
    const body = table.tBodies[0], rows = [...body.rows];
    const compare = new Intl.Collator(document.documentElement.lang, { numeric: true }).compare;
    const box = Object.assign(document.createElement("input"), { type: "search", className: "narrowing", placeholder: table.dataset.filter });
    box.setAttribute("aria-label", table.dataset.filter);
    box.addEventListener("input", () => {
      const words = box.value.toLowerCase().split(/\s+/);
      for (const row of rows) row.hidden = !words.every((word) => row.textContent.toLowerCase().includes(word));
    });
    table.closest(".scroll").before(box);
    [...table.tHead.rows[0].cells].forEach((head, number) => {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "sort" });
      button.append(...head.childNodes);
      head.append(button);
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const key = (row) => row.cells[number].dataset.sort ?? row.cells[number].textContent.trim();
        rows.sort((a, b) => compare(key(a), key(b)) * (down ? -1 : 1));
        body.append(...rows);
      });
    });
  }
})();
