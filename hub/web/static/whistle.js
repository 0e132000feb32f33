// One whistle: a refusal is brought before whoever typed; a form that was sent is not sent twice by a double click; what is
// shown for a while goes when that is over.
const EVERY_MS = 1_000;
document.querySelector(".refusal[role=alert]")?.focus();
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from elsewhere: as it stands now
});
for (const one of document.querySelectorAll("[data-left-s]")) {
  const over = Date.now() + Number(one.dataset.leftS) * 1000;
  const looking = setInterval(() => {
    if (Date.now() < over) return; // asked often: a computer that slept keeps no timer, but its clock goes on
    clearInterval(looking);
    one.remove(); // its time is over, also where the page was left open
    document.querySelector(".gone").hidden = false;
  }, EVERY_MS);
}
