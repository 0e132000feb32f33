// One whistle: a refusal is brought before whoever typed; a form that was sent is not sent twice by a double click; what is
// shown for a while goes when that is over.
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
  setTimeout(() => {
    one.remove(); // its time is over, also where the page was left open
    document.querySelector(".gone").hidden = false;
  }, Number(one.dataset.leftS) * 1000);
}
