// Sends what waits, one after the other, each under its own key: what the hub has already is not stored twice.
// Answers "sent" (nothing waits any more), "offline", "signin", or "later" (the hub takes nothing just now).

import * as drafts from "./drafts.js";

const json = { accept: "application/json" };
const NOT_NOW = [408, 425, 429]; // says nothing about what was sent

async function session() {
  const answer = await fetch("/report/session", { headers: json });
  if (answer.status === 401 || answer.status === 403) return null;
  if (!answer.ok) throw new TypeError("no session");
  return answer.json();
}

async function sendOne(id, csrf, at) {
  const report = await drafts.opened(id);
  if (!report) return { done: true, number: "" };
  delete report.label; // for whoever looks at what waits here
  const body = JSON.stringify({ ...report, key: id, age_s: Math.max(0, (Date.now() - at) / 1000) });
  const headers = { ...json, "content-type": "application/json", "x-csrf": csrf };
  const answer = await fetch("/report/records", { method: "POST", headers, body });
  if (answer.ok) return { done: true, number: (await answer.json()).number };
  if (answer.status === 401 || answer.status === 403) return { why: "signin" };
  if (answer.status >= 500 || NOT_NOW.includes(answer.status)) return { why: "later" };
  const told = await answer.json();
  return { refused: `${told.code} ${told.cause}` };
}

async function sendAll(told) {
  let now;
  try {
    now = await session();
  } catch {
    return { why: "offline", numbers: [] };
  }
  if (!now) return { why: "signin", numbers: [] };
  await drafts.belongTo(now.owner);
  const numbers = [];
  for (const { id, at, state } of await drafts.listed()) {
    if (state === "refused") continue;
    await drafts.mark(id, "sending");
    await told();
    let outcome;
    try {
      outcome = await sendOne(id, now.csrf, at);
    } catch {
      outcome = { why: "offline" };
    }
    if (outcome.done) {
      await drafts.remove(id);
      numbers.push(outcome.number);
    } else if (outcome.refused) {
      await drafts.mark(id, "refused", outcome.refused);
    } else {
      await drafts.mark(id, "unsent");
      return { why: outcome.why, numbers };
    }
  }
  return { why: "sent", numbers };
}

// One tab sends at a time.
export function send(told) {
  if (!navigator.locks) return sendAll(told);
  return navigator.locks.request("gridplus-report", () => sendAll(told));
}
