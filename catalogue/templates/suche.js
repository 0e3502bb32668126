// Filters the rows of the page's tables by words. Without it the page is whole, only longer.
(() => {
  const place = document.querySelector("[data-suche]");
  if (!place) return;
  const label = document.createElement("label");
  const field = document.createElement("input");
  const told = document.createElement("p");
  field.type = "search";
  field.id = "suche";
  label.htmlFor = field.id;
  label.textContent = "Suchen";
  told.className = "small";
  told.setAttribute("role", "status");
  place.append(label, field, told);
  const rows = [...document.querySelectorAll("tbody tr")];
  const said = rows.map((row) => row.textContent.toLowerCase());
  field.addEventListener("input", () => {
    const words = field.value.toLowerCase().split(/\s+/).filter(Boolean);
    rows.forEach((row, at) => { row.hidden = !words.every((word) => said[at].includes(word)); });
    document.querySelectorAll("section[data-gruppe]").forEach((group) => {
      group.hidden = !group.querySelector("tbody tr:not([hidden])");
    });
    const left = rows.filter((row) => !row.hidden).length;
    told.textContent = words.length ? `${left} von ${rows.length} gefunden` : "";
  });
})();
