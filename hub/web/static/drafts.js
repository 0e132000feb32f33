// Reports that wait in this browser. They lie in IndexedDB, each sealed with an AES-GCM key that no script can read out
// (WebCrypto, not extractable), and go as soon as they are sent or somebody signs out. Holds no network and no page.

const NAME = "gridplus-report";
const KEY = "drafts";

function asked(request) {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}

async function within(mode, work) {
  const opening = indexedDB.open(NAME, 1);
  opening.onupgradeneeded = () => {
    for (const store of ["keys", "drafts", "facts"]) opening.result.createObjectStore(store);
  };
  const base = await asked(opening);
  try {
    const stores = base.transaction(["keys", "drafts", "facts"], mode);
    const done = new Promise((resolve, reject) => {
      stores.oncomplete = resolve;
      stores.onabort = () => reject(stores.error);
    });
    const result = await work((name) => stores.objectStore(name));
    await done;
    return result;
  } finally {
    base.close();
  }
}

async function key() {
  const known = await within("readonly", (store) => asked(store("keys").get(KEY)));
  if (known) return known;
  const made = await crypto.subtle.generateKey({ name: "AES-GCM", length: 256 }, false, ["encrypt", "decrypt"]);
  return within("readwrite", async (store) => {
    const other = await asked(store("keys").get(KEY)); // another tab may have been faster
    if (other) return other;
    await asked(store("keys").put(made, KEY));
    return made;
  });
}

// Whose drafts are kept here: a name that says nothing, as the hub gave it; "" while nobody has signed in.
export async function owner() {
  return (await within("readonly", (store) => asked(store("facts").get("owner")))) || "";
}

// Drafts of anybody else stay where they are until they come back: they are neither shown nor sent in another's name.
export async function belongTo(who) {
  await within("readwrite", (store) => asked(store("facts").put(who, "owner")));
}

// Seals `report` and keeps it under a key of its own, by which the hub knows it again.
export async function keep(report) {
  const id = crypto.randomUUID();
  const iv = crypto.getRandomValues(new Uint8Array(12));
  const bound = new TextEncoder().encode(id);
  const plain = new TextEncoder().encode(JSON.stringify(report));
  const sealed = await crypto.subtle.encrypt({ name: "AES-GCM", iv, additionalData: bound }, await key(), plain);
  const kept = { owner: await owner(), iv, sealed, at: Date.now(), state: "unsent", code: "" };
  await within("readwrite", (store) => asked(store("drafts").put(kept, id)));
  return id;
}

// [{id, at, state, code}] of whose they are now, oldest first; nothing is opened.
export async function listed() {
  return within("readonly", async (store) => {
    const mine = (await asked(store("facts").get("owner"))) || "";
    const found = [];
    for (const id of await asked(store("drafts").getAllKeys())) {
      const { owner: whose, at, state, code } = await asked(store("drafts").get(id));
      if (whose === mine) found.push({ id, at, state, code });
    }
    return found.sort((one, other) => one.at - other.at);
  });
}

// How many wait, whosever they are.
export async function count() {
  return within("readonly", (store) => asked(store("drafts").count()));
}

// What was written; undefined where it is gone.
export async function opened(id) {
  const kept = await within("readonly", (store) => asked(store("drafts").get(id)));
  if (!kept) return undefined;
  const bound = new TextEncoder().encode(id);
  const plain = await crypto.subtle.decrypt({ name: "AES-GCM", iv: kept.iv, additionalData: bound }, await key(), kept.sealed);
  return JSON.parse(new TextDecoder().decode(plain));
}

export async function mark(id, state, code = "") {
  await within("readwrite", async (store) => {
    const kept = await asked(store("drafts").get(id));
    if (kept) await asked(store("drafts").put({ ...kept, state, code }, id));
  });
}

export async function remove(id) {
  await within("readwrite", (store) => asked(store("drafts").delete(id)));
}

// Drafts, key and owner: nothing stays.
export async function forget() {
  await asked(indexedDB.deleteDatabase(NAME));
}
