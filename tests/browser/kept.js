// What a browser keeps of a page, as one text a place; bytes are read as text, keys that cannot be read are left out.
async () => {
  const readable = (_, value) => {
    if (value instanceof ArrayBuffer) return new TextDecoder().decode(value);
    if (ArrayBuffer.isView(value)) return new TextDecoder().decode(value.buffer);
    return value;
  };
  const done = (request) => new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
  const plain = async (value) => {
    if (value instanceof Blob) return value.text();
    if (Array.isArray(value)) return Promise.all(value.map(plain));
    if (value === null || typeof value !== "object" || Object.getPrototypeOf(value) !== Object.prototype) return value;
    return Object.fromEntries(await Promise.all(Object.entries(value).map(async ([k, v]) => [k, await plain(v)])));
  };
  const indexed = [];
  for (const { name } of await indexedDB.databases()) {
    const database = await done(indexedDB.open(name));
    for (const store of database.objectStoreNames) {
      const rows = database.transaction(store).objectStore(store);
      const [keys, values] = await Promise.all([done(rows.getAllKeys()), done(rows.getAll())]);
      indexed.push([name, store, keys, await plain(values)]);
    }
    database.close();
  }
  const cached = [];
  for (const name of await caches.keys()) {
    const cache = await caches.open(name);
    for (const request of await cache.keys()) {
      cached.push([name, request.url, await (await cache.match(request)).text()]);
    }
  }
  return {
    localStorage: JSON.stringify(Object.entries(localStorage)),
    sessionStorage: JSON.stringify(Object.entries(sessionStorage)),
    indexedDB: JSON.stringify(indexed, readable),
    caches: JSON.stringify(cached),
    history: JSON.stringify([location.href, history.state, document.title], readable),
  };
}
