"use strict";
(() => {
  const root = document.documentElement;
  const choices = [...document.querySelectorAll('input[name="language"]')];
  const remember = (value) => { try { localStorage.setItem("report-language", value); } catch { /* not allowed here */ } };
  const remembered = () => { try { return localStorage.getItem("report-language"); } catch { return null; } };
  const show = (value) => {
    for (const choice of choices) choice.checked = choice.value === value;
    root.lang = value === "en" ? "en" : "ja";
  };
  for (const choice of choices) {
    choice.addEventListener("change", () => { show(choice.value); remember(choice.value); });
  }
  const asked = remembered();
  const known = choices.some((choice) => choice.value === asked);
  show(known ? asked : navigator.language.toLowerCase().startsWith("ja") ? "ja" : "en");

  for (const table of document.querySelectorAll("table[data-sortable]")) {
    const heads = [...table.tHead.rows[0].cells];
    const first = new Map([...table.tBodies[0].rows].map((row, place) => [row, place]));
    heads.forEach((head, column) => {
      const kind = head.dataset.sort;
      if (!kind) return;
      const button = document.createElement("button");
      button.type = "button";
      button.append(...head.childNodes);
      head.append(button);
      const value = (row) => row.cells[column].dataset.value ?? row.cells[column].textContent.trim();
      const compare = {
        order: (a, b) => first.get(a) - first.get(b),
        number: (a, b) => value(a) - value(b),
        text: (a, b) => value(a).localeCompare(value(b)),
      }[kind];
      button.addEventListener("click", () => {
        const down = head.getAttribute("aria-sort") === "ascending";
        for (const other of heads) other.removeAttribute("aria-sort");
        head.setAttribute("aria-sort", down ? "descending" : "ascending");
        const known = (row) => kind === "order" || value(row) !== "";
        const rows = [...first.keys()];
        const sorted = rows.filter(known).sort((a, b) => (down ? -1 : 1) * compare(a, b));
        table.tBodies[0].append(...sorted, ...rows.filter((row) => !known(row)));  // what has no value comes last
      });
    });
  }
})();
