// The board's plot, and printing.
import { plot } from "./plot.js";

const place = document.querySelector("#plot");
const found = JSON.parse(place.dataset.series);
const some = found.lines.filter((one) => one.values.some((v) => v));
if (some.length && found.at.length) {
  const series = some.map((one, n) => ({
    label: one.label,
    values: one.values,
    band: n === 0 && one.low ? [one.low, one.high] : undefined,
  }));
  plot(place, found.at, series, { step: found.step, height: 280, percent: found.percent });
} else {
  const note = document.createElement("p");
  note.className = "empty";
  note.textContent = place.dataset.none;
  place.append(note);
}
document.querySelector("[data-print]").addEventListener("click", () => window.print());
for (const one of document.querySelectorAll("#asked select")) one.addEventListener("change", () => one.form.requestSubmit());
