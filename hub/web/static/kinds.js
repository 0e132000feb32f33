// Choosing a category: the search opens the classes that hold what is looked for, and hides the rest.

export function kinds(place) {
  const chosen = place.querySelector("[data-chosen]");
  const search = place.querySelector("[data-search]");

  function show() {
    const one = place.querySelector("input[type=radio]:checked");
    chosen.textContent = one ? one.dataset.name : chosen.dataset.none;
    chosen.classList.toggle("is", Boolean(one));
  }

  function look() {
    const asked = search.value.trim().toLowerCase();
    for (const group of place.querySelectorAll("details")) {
      let any = false;
      for (const input of group.querySelectorAll("input")) {
        const fits = !asked || input.dataset.words.includes(asked);
        input.closest("li").hidden = !fits;
        any ||= fits;
      }
      group.hidden = !any;
      group.open = Boolean(asked) && any;
    }
  }

  place.addEventListener("change", show);
  search.addEventListener("input", look);
  search.addEventListener("keydown", (event) => event.key === "Enter" && event.preventDefault());
  show();
  return {
    clear: () => {
      search.value = "";
      look();
      show();
    },
  };
}
