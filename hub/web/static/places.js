// Saying where a matter is: by the browser's own place (asked for once, kept as the matter's place and nowhere else), by a
// pin on the small map, or by an address of the pack's table.

import { pin } from "./pin.js";

const COARSE_M = 100;
const PAUSE_MS = 300;
const json = { headers: { accept: "application/json" } };

// Gives `spot()`, {lon, lat, accuracy_m} or null; `clear()`.
export function places(place) {
  const said = place.querySelector("[data-spot]");
  const address = place.querySelector("[data-address]");
  const found = place.querySelector("[data-found-places]");
  const unpin = place.querySelector("[data-unpin]");
  const [lon, lat] = ["lon", "lat"].map((name) => place.querySelector(`input[name=${name}]`));
  let spot = null;

  const map = pin(place.querySelector("[data-map]"), (at) => set({ ...at, accuracy_m: null }, said.dataset.pinned));

  function set(at, words) {
    spot = at;
    lon.value = at ? at.lon : "";
    lat.value = at ? at.lat : "";
    unpin.hidden = !at;
    said.textContent = words;
  }

  function clear() {
    map.clear();
    found.hidden = true;
    set(null, said.dataset.none);
  }

  function here() {
    const before = said.textContent;
    said.textContent = said.dataset.finding;
    navigator.geolocation.getCurrentPosition(
      ({ coords }) => {
        const about = Math.round(coords.accuracy);
        const words = `${said.dataset.found} ${about} ${said.dataset.metre}`;
        const at = { lon: Number(coords.longitude.toFixed(6)), lat: Number(coords.latitude.toFixed(6)), accuracy_m: about };
        map.set(at.lon, at.lat);
        set(at, about > COARSE_M ? `${words}。${said.dataset.coarse}` : words);
      },
      () => (said.textContent = spot ? before : said.dataset.refused),
      { enableHighAccuracy: true, timeout: 15000, maximumAge: 0 },
    );
  }

  function offer(some) {
    found.hidden = !some.length;
    found.replaceChildren(
      ...some.map((one) => {
        const item = document.createElement("li");
        const choose = document.createElement("button");
        choose.type = "button";
        choose.textContent = one.name;
        choose.onclick = () => {
          address.value = one.name;
          found.hidden = true;
          map.set(one.lon, one.lat);
          set({ lon: one.lon, lat: one.lat, accuracy_m: null }, said.dataset.pinned);
        };
        item.append(choose);
        return item;
      }),
    );
  }

  let waiting = 0;
  address.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(async () => {
      const asked = address.value.trim();
      if (asked.length < 2) return offer([]);
      try {
        const answer = await fetch(`/report/addresses?q=${encodeURIComponent(asked)}`, json);
        offer(answer.ok && address.value.trim() === asked ? await answer.json() : []);
      } catch {
        offer([]); // without a connection the address goes as it is written
      }
    }, PAUSE_MS);
  });
  place.querySelector("[data-here]").addEventListener("click", here);
  unpin.addEventListener("click", clear);
  place.querySelector("[data-in]").addEventListener("click", () => map.zoom(1.6));
  place.querySelector("[data-out]").addEventListener("click", () => map.zoom(1 / 1.6));
  fetch("/report/ground", json)
    .then((answer) => (answer.ok ? answer.json() : Promise.reject(answer.status)))
    .then(map.show)
    .catch(() => (said.textContent = `${place.dataset.outside}。${said.dataset.none}`));
  return { spot: () => spot, clear };
}
