// Rate and lag of sources; a page that waits for a test looks again.
import { plot } from "./plot.js";

const drawn = new WeakMap();

function said(place, text) {
  let note = place.querySelector("p");
  if (!note) place.append((note = document.createElement("p")));
  note.className = "quiet";
  note.textContent = text;
}

async function draw(place, url) {
  (drawn.get(place) ?? []).forEach((one) => one.destroy());
  drawn.set(place, []);
  let found;
  try {
    const answer = await fetch(url, { headers: { accept: "application/json" } });
    if (!answer.ok) throw new Error(answer.status);
    found = await answer.json();
  } catch {
    return said(place, place.dataset.lost);
  }
  const number = found.received.reduce((sum, n) => sum + n, 0);
  if (!number) return said(place, place.dataset.none);
  place.querySelector("p")?.remove();
  const isSmall = place.classList.contains("small");
  const per = "perMinute" in place.dataset ? found.every_s / 60 : 1;
  const rate = found.received.map((n) => n / per);
  const made = [plot(place, found.at, [{ label: place.dataset.rate, values: rate, bars: true }], { step: found.every_s, height: isSmall ? 110 : 200, legend: !isSmall })];
  if (place.dataset.lag) {
    const lags = [
      { label: place.dataset.lag, values: found.lag_s },
      { label: place.dataset.longest, values: found.longest_s, dash: [4, 4] },
    ];
    made.push(plot(place, found.at, lags, { step: found.every_s, height: 180 }));
  }
  drawn.set(place, made);
}

for (const place of document.querySelectorAll(".plot[data-flow]")) draw(place, place.dataset.flow);
for (const button of document.querySelectorAll("[data-span]")) {
  button.addEventListener("click", () => {
    for (const one of document.querySelectorAll("[data-span]")) one.setAttribute("aria-pressed", String(one === button));
    const place = document.querySelector(".plot[data-flow]");
    draw(place, place.dataset.flow.replace(/span=\w+/, `span=${button.dataset.span}`));
  });
}
const waiting = document.querySelector("[data-again-s]");
if (waiting) setTimeout(() => location.reload(), Number(waiting.dataset.againS) * 1000);
