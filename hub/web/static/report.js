// The report page: what was written is sealed into this browser first, and sent from there, now or later.

import * as drafts from "./drafts.js";
import { kinds } from "./kinds.js";
import { photos } from "./photos.js";
import { places } from "./places.js";
import { begin, sendNow } from "./unsent.js";

const form = document.querySelector("[data-report]");
const said = document.querySelector("[data-said]");
const offline = document.querySelector("[data-offline]");

function say(words, isBad = false) {
  said.textContent = words;
  said.className = isBad ? "refusal" : "notice";
  said.hidden = false;
  said.scrollIntoView({ block: "nearest" });
}

const kind = kinds(form.querySelector("[data-kinds]"));
const where = places(form.querySelector("[data-place]"));
const pictures = photos(form.querySelector("[data-photos]"), () => say(said.dataset.unreadable, true));

async function written() {
  const field = new FormData(form);
  const words = String(field.get("words") || "").trim();
  const address = String(field.get("address") || "").trim();
  const category = field.get("category");
  const spot = where.spot();
  if (!category || !words || !(spot || address)) return null;
  const label = form.querySelector("input[name=category]:checked").dataset.name;
  return { label, category, words, address, spot, urgency: field.get("urgency"), photos: await pictures.taken() };
}

form.addEventListener("submit", async (event) => {
  event.preventDefault();
  const button = form.querySelector(".send button");
  button.disabled = true;
  try {
    const report = await written();
    if (!report) return say(said.dataset.incomplete, true);
    if (!(await drafts.owner())) await begun; // it learns whose drafts these are
    if (!(await drafts.owner())) return say(said.dataset.nobody, true);
    await drafts.keep(report);
    form.reset();
    kind.clear();
    where.clear();
    pictures.clear();
    say(said.dataset.saved);
    await sendNow(sent);
  } finally {
    button.disabled = false;
  }
});

function sent(numbers) {
  say(`${said.dataset.sent} ${numbers.join("、")}`);
}

function connected() {
  offline.hidden = navigator.onLine;
}

addEventListener("online", connected);
addEventListener("offline", connected);
connected();
const begun = begin(sent);
