// Shows what waits in this browser, sends it when it can, and takes it away on signing out.

import * as drafts from "./drafts.js";
import { send } from "./sending.js";

const AGAIN_MS = 15000;
const place = document.querySelector("[data-unsent]");
const minute = new Intl.DateTimeFormat("zh-CN", { dateStyle: "short", timeStyle: "short" });

async function line({ id, at, state, code }) {
  const report = await drafts.opened(id);
  const item = document.createElement("li");
  const badge = document.createElement("span");
  badge.className = state === "refused" ? "badge bad" : "badge";
  badge.textContent = place.dataset[`${state}Word`];
  item.append(badge, ` ${report?.label ?? ""} ${minute.format(at)} ${code} `);
  if (state !== "sending") {
    const remove = document.createElement("button");
    remove.type = "button";
    remove.className = "plain";
    remove.textContent = place.dataset.remove;
    remove.onclick = () => drafts.remove(id).then(show);
    item.append(remove);
  }
  return item;
}

async function show() {
  const waiting = await drafts.listed();
  place.hidden = !waiting.length;
  place.querySelector("[data-count]").textContent = waiting.length || "";
  place.querySelector("[data-list]").replaceChildren(...(await Promise.all(waiting.map(line))));
}

function explain(why) {
  for (const one of place.querySelectorAll("[data-why]")) one.hidden = one.dataset.why !== why;
}

// Sends what waits and gives the numbers that the hub answered with; `after` is told of them too.
export async function sendNow(after = () => {}) {
  await show();
  const { why, numbers } = await send(show);
  explain(why);
  await show();
  if (numbers.length) await after(numbers);
  return { why, numbers };
}

async function leave(event) {
  event.preventDefault();
  if ((await drafts.count()) && !confirm(place.dataset.leave)) return;
  await drafts.forget();
  event.target.submit();
}

// Begins: drafts belong to whom the page was drawn for, and are sent at once, whenever there is a connection again, and now and then while something waits.
export async function begin(after) {
  addEventListener("online", () => sendNow(after));
  addEventListener("offline", () => explain("offline"));
  document.addEventListener("visibilitychange", () => document.hidden || sendNow(after));
  setInterval(async () => {
    const waiting = await drafts.listed();
    if (navigator.onLine && waiting.some((one) => one.state !== "refused")) await sendNow(after);
  }, AGAIN_MS);
  document.querySelector('form[action="/signout"]')?.addEventListener("submit", leave);
  if ("serviceWorker" in navigator) navigator.serviceWorker.register("/report/worker.js", { scope: "/report" }).catch(() => {}); // who leaves just now gets it the next time
  if (place.dataset.owner) await drafts.belongTo(place.dataset.owner);
  return sendNow(after);
}
