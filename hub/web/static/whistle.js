// One whistle: a refusal is brought before whoever typed; a form that was sent is not sent twice by a double click.
document.querySelector(".refusal[role=alert]")?.focus();
for (const form of document.querySelectorAll("form[method=post]")) {
  form.addEventListener("submit", () => {
    for (const button of form.querySelectorAll("button")) setTimeout(() => (button.disabled = true));
  });
}
addEventListener("pageshow", (event) => {
  if (event.persisted) location.reload(); // back from elsewhere: as it stands now
});
