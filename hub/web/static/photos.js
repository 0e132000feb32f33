// Photos as they are sent: drawn anew, at most 1600 pixels a side, as JPEG. Where and how they were taken is gone with that.

const LONGEST = 1600;
const QUALITY = 0.85;
const MOST = 6;

async function drawn(file) {
  const image = await createImageBitmap(file, { imageOrientation: "from-image" });
  const scale = Math.min(1, LONGEST / Math.max(image.width, image.height));
  const canvas = document.createElement("canvas");
  canvas.width = Math.max(1, Math.round(image.width * scale));
  canvas.height = Math.max(1, Math.round(image.height * scale));
  canvas.getContext("2d").drawImage(image, 0, 0, canvas.width, canvas.height);
  image.close();
  return new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
}

function base64(blob) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.slice(reader.result.indexOf(",") + 1));
    reader.onerror = () => reject(reader.error);
    reader.readAsDataURL(blob);
  });
}

// Gives what takes the photos of a form: `taken()` as base64, `clear()`. `unreadable` is called for what is no picture.
export function photos(place, unreadable) {
  let chosen = [];
  const list = place.querySelector("[data-previews]");

  function show() {
    list.replaceChildren(
      ...chosen.map((one, at) => {
        const item = document.createElement("li");
        const image = document.createElement("img");
        image.src = one.url;
        image.alt = `${place.dataset.photo} ${at + 1}`;
        const remove = document.createElement("button");
        remove.type = "button";
        remove.textContent = "×";
        remove.setAttribute("aria-label", place.dataset.remove);
        remove.onclick = () => {
          URL.revokeObjectURL(one.url);
          chosen = chosen.filter((other) => other !== one);
          show();
        };
        item.append(image, remove);
        return item;
      }),
    );
    for (const pick of place.querySelectorAll("[data-pick]")) pick.disabled = chosen.length >= MOST;
  }

  async function take(event) {
    const files = [...event.target.files].slice(0, MOST - chosen.length);
    event.target.value = "";
    for (const file of files) {
      try {
        const blob = await drawn(file);
        chosen.push({ blob, url: URL.createObjectURL(blob) });
      } catch {
        unreadable();
      }
    }
    show();
  }

  for (const pick of place.querySelectorAll("[data-pick]")) pick.addEventListener("change", take);
  return {
    taken: () => Promise.all(chosen.map((one) => base64(one.blob))),
    clear: () => {
      for (const one of chosen) URL.revokeObjectURL(one.url);
      chosen = [];
      show();
    },
  };
}
