// My reports: those that wait here above those that were sent; the list is fetched anew when somebody looks at it.

import { begin } from "./unsent.js";

const place = document.querySelector("[data-reports]");

async function refresh() {
  const answer = await fetch("/reports/list", { headers: { accept: "text/html", "hx-request": "true" } });
  if (answer.ok) place.innerHTML = await answer.text();
}

document.addEventListener("visibilitychange", () => document.hidden || refresh().catch(() => {}));
begin(refresh);
