// Keeps the report page for when there is no connection: a form that names nobody, its scripts and styles, the small map.
// No answer that says anything about a person or a matter is kept. KEPT and VERSION stand in front of this file as served.

const SHELL = "/report/shell";
const GROUND = "/report/ground";
const NAME = `gridplus-report-${VERSION}`;

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((kept) => kept.addAll([SHELL, GROUND, ...KEPT]))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  event.waitUntil(
    caches
      .keys()
      .then((names) =>
        Promise.all(names.filter((one) => one.startsWith("gridplus-report-") && one !== NAME).map((one) => caches.delete(one))),
      )
      .then(() => self.clients.claim()),
  );
});

async function page(request) {
  try {
    return await fetch(request);
  } catch (gone) {
    const shell = await caches.match(SHELL);
    if (!shell) throw gone;
    return shell;
  }
}

async function ground(request) {
  try {
    const answer = await fetch(request);
    if (answer.ok) await (await caches.open(NAME)).put(GROUND, answer.clone());
    return answer;
  } catch (gone) {
    const kept = await caches.match(GROUND);
    if (!kept) throw gone;
    return kept;
  }
}

async function asset(request) {
  return (await caches.match(request.url)) || fetch(request);
}

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { pathname, origin } = new URL(request.url);
  if (request.method !== "GET" || origin !== location.origin) return;
  if (request.mode === "navigate" && (pathname === "/report" || pathname === "/reports")) event.respondWith(page(request));
  else if (pathname === GROUND) event.respondWith(ground(request));
  else if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
});
