// Contacting a requester: the list follows while something is on its way; typing words of one's own chooses them; a form
// that was sent is not sent twice by a double click.
const EVERY_MS = 3_000;
const made = document.getElementById("made");

async function follow() {
  if (!made.querySelector("[data-goes-on]") || document.hidden) return;
  try {
    const answer = await fetch(made.dataset.from, { headers: { accept: "text/html", "hx-request": "true" } });
    if (answer.status === 401) location.reload();
    const text = answer.ok ? await answer.text() : "";
    if (text && text !== made.innerHTML) made.innerHTML = text;
  } catch {
    // the hub is away for a moment: it is asked again
  }
}

document.querySelector(".refusal[role=alert]")?.focus();
document.querySelector("textarea[name=text]")?.addEventListener("input", (event) => {
  const own = event.target.form.querySelector("input[name=words][value=own]");
  if (event.target.value) own.checked = true;
});
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from elsewhere: as it stands now
});
setInterval(follow, EVERY_MS);
