// The shared map: asks for the picture, keeps it right by the news, and shows the same as map, list and counts.
import { looks } from "./map-look.js";

const page = document.getElementById("map-page");
const read = (name) => JSON.parse(page.dataset[name]);
const [NAMES, SAYS] = [read("names"), read("says")];
const CELLS_A_TILE = 8; // hub/run/map/cells.py
const LONE_FROM = 17;
const NEAR_FROM = 14;
const AGAIN_S = 5;
const WALL_MS = 5 * 60_000;
const STEP_MS = 15 * 60_000;
const FILTERS = ["stage", "urgency", "level", "sources", "category", "departments", "subdistrict"];
const el = (id) => document.getElementById(id);
const form = el("filters");
const said = (name, facts = {}) => SAYS[name].replace(/\{(\w+)\}/g, (_, key) => facts[key]);
const shown = looks({ palette: read("palette"), sources: Object.keys(NAMES.sources), by: () => form.elements.by.value });
const nameOf = (kind, value) => NAMES[kind]?.[value] ?? value;
const node = (tag, text = "", attributes = {}) => Object.assign(document.createElement(tag), { textContent: text, ...attributes });
const clock = new Intl.DateTimeFormat("zh-CN", { timeZone: "Asia/Shanghai", dateStyle: "short", timeStyle: "short" });

let picture = { cells: new Map(), number: "", counts: null, zoom: 0 };
let heard = []; // [number, news] that came since the picture was asked for
let screen = null;
let ring = null;
let asking = null; // what is being asked for: its question, and how to leave it
let askAgain = false;
let live = "offline";

// -- what is asked for: all of it stands in the URL ---------------------------------------------------

const now = () => new Date(Date.parse(page.dataset.now) + performance.now());
const moment = () => (Number(el("moment").value) ? new Date(now().getTime() + Number(el("moment").value) * STEP_MS) : null);

function wanted() {
  const query = new URLSearchParams();
  for (const [name, value] of new FormData(form)) if (value && FILTERS.includes(name)) query.append(name, value);
  return query;
}

function fromAddress() {
  const query = new URLSearchParams(location.search);
  for (const name of FILTERS)
    for (const field of form.querySelectorAll(`[name=${name}]`)) {
      if (field.type === "checkbox") field.checked = query.getAll(name).includes(field.value);
      else if (query.get(name)) field.append(node("option", nameOf(name, query.get(name)), { value: query.get(name), selected: true }));
    }
  form.elements.by.value = query.get("by") ?? "stage";
  if (query.get("t")) el("moment").value = Math.round((Date.parse(query.get("t")) - now()) / STEP_MS);
  const at = (query.get("at") ?? "").split("/").map(Number);
  return at.length === 3 && at.every(Number.isFinite) ? at : null;
}

function toAddress() {
  const query = wanted();
  const { zoom, box } = screen.view();
  query.set("by", form.elements.by.value);
  query.set("at", [zoom.toFixed(2), ((box[0] + box[2]) / 2).toFixed(5), ((box[1] + box[3]) / 2).toFixed(5)].join("/"));
  if (moment()) query.set("t", moment().toISOString());
  if (document.body.classList.contains("wall")) query.set("wall", "1");
  history.replaceState(null, "", `?${query}`);
}

// -- the picture --------------------------------------------------------------------------------------

const gatherZoom = (zoom) => Math.max(0, Math.min(20, Math.floor(zoom + 0.2)));
const wider = ([west, south, east, north]) => {
  const [dx, dy] = [(east - west) / 3, (north - south) / 3];
  return [Math.max(-180, west - dx), Math.max(-85, south - dy), Math.min(180, east + dx), Math.min(85, north + dy)];
};
const covers = (outer, inner) => outer && outer[0] <= inner[0] && outer[1] <= inner[1] && outer[2] >= inner[2] && outer[3] >= inner[3];

const BY_ITSELF = { "x-by-itself": "1" }; // what news ask for, nobody does: it keeps no session awake

async function get(path, options = {}) {
  const answer = await fetch(path, { ...options, headers: { accept: "application/json", ...options.headers } });
  if (answer.redirected && new URL(answer.url).pathname === "/signin") location.reload();
  if (!answer.ok) throw Object.assign(new Error(String(answer.status)), { told: await answer.json().catch(() => null) });
  return answer.json();
}

function question() {
  const { zoom, box } = screen.view();
  const query = wanted();
  query.set("by", form.elements.by.value);
  if (moment()) query.set("t", moment().toISOString());
  return { zoom: gatherZoom(zoom), box, key: String(query), query };
}

/** Asks anew where what is shown does not answer what is asked; `itself`: nobody asked for it, the news did. */
async function look({ again = false, itself = false } = {}) {
  const asked = question();
  const same = !again && picture.key === asked.key && picture.zoom === asked.zoom;
  if (same && (asked.zoom < NEAR_FROM || covers(picture.box, asked.box))) return;
  if (asking && asking.key === asked.key && asking.zoom === asked.zoom && covers(asking.box, asked.box)) {
    askAgain ||= again; // a picture that is on its way is let come, however fast the news are
    return;
  }
  asking?.stop.abort();
  const [stop, mine] = [new AbortController(), {}];
  const box = wider(asked.box);
  asking = Object.assign(mine, { key: asked.key, zoom: asked.zoom, box, stop });
  asked.query.set("z", asked.zoom);
  asked.query.set("bbox", box.map((one) => one.toFixed(6)).join(","));
  try {
    const told = (await early?.take(asked)) ?? (await get(`/map/view?${asked.query}`, { signal: stop.signal, headers: itself ? BY_ITSELF : {} }));
    early = null;
    picture = { key: asked.key, zoom: asked.zoom, box, number: told.number, cells: new Map(), counts: told.counts };
    for (const cell of told.cells) keep(cell.n ? cell : alone(cell));
    for (const [number, news] of heard) take(number, news);
    draw();
    lines(itself);
  } catch (error) {
    if (error.name === "AbortError") return;
    state(error.told ? `${error.told.cause} → ${error.told.next_step} (${error.told.code})` : said("failed", { seconds: AGAIN_S }), "bad");
    if (!error.told) setTimeout(() => look({ again: true, itself: true }), AGAIN_S * 1000);
  } finally {
    if (asking === mine) {
      asking = null;
      if (askAgain) setTimeout(() => look({ again: true, itself: true }), 300);
      askAgain = false;
    }
  }
}

const colourOf = (mark) => [mark[form.elements.by.value]].flat()[0] ?? "";
const alone = (mark) => ({ n: 1, lon: mark.lon, lat: mark.lat, by: { [colourOf(mark)]: 1 }, ids: [mark.id], mark });
const keep = (cell) => picture.cells.set((cell.key = keyOf(cell)), cell);

function keyOf({ lon, lat }) {
  if (picture.zoom >= LONE_FROM) return `${lon.toFixed(6)} ${lat.toFixed(6)}`;
  const across = 2 ** picture.zoom * CELLS_A_TILE;
  const sine = Math.sin((lat * Math.PI) / 180);
  return `${Math.floor(((lon + 180) / 360) * across)} ${Math.floor((0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI)) * across)}`;
}

// -- news: each change is taken out of its cell and put into another -------------------------------------

const [epochOf, countOf] = [(number) => number.split("-")[0], (number) => Number(number.split("-")[1])];

function takes(mark) {
  const query = wanted();
  return FILTERS.every((name) => {
    const values = query.getAll(name);
    const mine = [mark[name] ?? []].flat();
    return !values.length || mine.some((one) => values.includes(one) || (name === "category" && values.includes(`${one.split(".")[0]}.`)));
  });
}

/** Whether this was news to the picture; draws anew where it cannot be taken. */
function take(number, news) {
  if (moment() || !picture.counts) return false;
  if (news.reload || epochOf(number) !== epochOf(picture.number)) return (look({ again: true, itself: true }), false);
  const [isNew, countsToo] = [countOf(number) > countOf(picture.number), countOf(number) > countOf(picture.counts.number)];
  for (const [before, after] of news.changes) {
    for (const [mark, step] of [[before, -1], [after, 1]]) {
      if (!mark || !takes(mark)) continue;
      if (countsToo) count(mark, step);
      if (isNew && mark.lon !== null) put(mark, step);
    }
  }
  if (isNew) picture.number = number;
  if (countsToo) picture.counts.number = number;
  if (news.counts) setTimeout(() => look({ again: true, itself: true }), 2000 + Math.random() * 3000);
  return isNew || countsToo;
}

function put(mark, step) {
  const cell = picture.cells.get(keyOf(mark));
  if (step < 0) {
    if (!cell) return;
    if (cell.n === 1) return void picture.cells.delete(cell.key);
    cell.n -= 1;
    cell.by[colourOf(mark)] -= 1;
    if (cell.n === 1 || cell.ids) setTimeout(() => look({ again: true, itself: true }), 50); // which one is left, the hub knows
    return;
  }
  if (!cell) return void keep(alone(mark));
  cell.lon += (mark.lon - cell.lon) / (cell.n + 1);
  cell.lat += (mark.lat - cell.lat) / (cell.n + 1);
  cell.n += 1;
  cell.by[colourOf(mark)] = (cell.by[colourOf(mark)] ?? 0) + 1;
  cell.ids = cell.ids && picture.zoom >= LONE_FROM ? [...cell.ids, mark.id] : undefined;
  cell.mark = undefined;
}

function count(mark, step) {
  const { counts } = picture;
  const add = (some, value) => value && (some[value] = Math.max(0, (some[value] ?? 0) + step));
  counts.total += step;
  for (const kind of Object.keys(counts.areas)) add(counts.areas[kind], mark[kind]);
  for (const name of Object.keys(counts.facets)) [mark[name] ?? []].flat().forEach((value) => add(counts.facets[name], value));
}

// -- how it looks -----------------------------------------------------------------------------------------

let drawing = 0;
/** The picture as map and as counts; at most once a frame. */
function draw() {
  drawing ||= requestAnimationFrame(() => {
    drawing = 0;
    const cells = [...picture.cells.values()];
    cells.forEach((cell) => shown.icon(cell));
    screen.cells(cells, shown);
    const { total, areas, facets, unnamed } = picture.counts;
    const blind = Object.values(unnamed ?? {}).flatMap((some) => Object.entries(some));
    const merged = (kind) => ({ ...(unnamed?.[kind] ?? {}), ...areas[kind] });
    screen.counts({ grid: merged("grid"), subdistrict: merged("subdistrict") });
    el("total").firstElementChild.textContent = total;
    page.dataset.total = total;
    page.dataset.number = picture.number;
    for (const output of form.querySelectorAll("output[data-facet]")) output.textContent = facets[output.dataset.facet][output.dataset.value] ?? 0;
    for (const choice of form.querySelectorAll("[data-facet-options]")) options(choice, facets[choice.dataset.facetOptions] ?? {});
    legend();
    el("areas").replaceChildren(...Object.entries(merged("subdistrict")).map(([id, n]) => row([nameOf("subdistrict", id), n === null ? "< 5" : n])));
    const told = moment() ? said("past", { time: clock.format(moment()) }) : live === "live" ? said("live") : said("offline", { time: clock.format(now()) });
    const hidden = blind.reduce((sum, [, n]) => sum + (n ?? 0), 0);
    state(total || blind.length ? [told, hidden ? said("unnamed", { n: hidden }) : ""].join(" ") : said("empty"), total && (moment() || live === "live") ? "fine" : "");
  });
}

function options(choice, counts) {
  if (document.activeElement === choice && choice.length > 1) return; // somebody chooses just now
  const chosen = choice.value;
  const kind = choice.dataset.facetOptions;
  const some = Object.entries(counts).filter(([, n]) => n).sort((one, other) => other[1] - one[1]);
  if (chosen && !counts[chosen]) some.unshift([chosen, 0]);
  const made = some.map(([value, n]) => node("option", `${nameOf(kind, value)}（${n}）`, { value, selected: value === chosen }));
  choice.replaceChildren(choice.firstElementChild, ...made);
}

function legend() {
  const by = form.elements.by.value;
  const facets = picture.counts.facets[by] ?? {};
  el("legend-list").replaceChildren(
    ...shown.values(facets).map((value) => {
      const item = node("li");
      item.append(shown.swatch(value), ` ${nameOf(by, value)} `, node("output", facets[value] ?? 0));
      return item;
    }),
  );
}

function state(text, kind = "") {
  if (el("state").textContent !== text) el("state").textContent = text;
  el("state").dataset.kind = kind;
}

// -- the same as a list, one matter, an area -----------------------------------------------------------------

const row = (texts) => {
  const line = node("tr");
  line.append(...texts.map((text, at) => node("td", text, { className: typeof text === "number" || text === "< 5" ? "n" : "", scope: at ? "" : "row" })));
  return line;
};

let listed = new Map(); // matter → its line and what it says
let isListOld = false;

/** The list anew, but not under somebody's hand: while they are on it, it waits. */
async function lines(itself = false) {
  if (el("list").matches(":hover, :focus-within") && listed.size) return void (isListOld = true);
  isListOld = false;
  const { query, box, zoom } = question();
  if (zoom >= 12) query.set("bbox", box.map((one) => one.toFixed(6)).join(","));
  const { rows } = await get(`/map/rows?${query}`, { headers: itself ? BY_ITSELF : {} }).catch(() => ({ rows: [] }));
  const before = listed;
  listed = new Map();
  el("rows").replaceChildren(
    ...rows.map((mark) => {
      const told = JSON.stringify(mark);
      const known = before.get(mark.id);
      if (known?.told === told) return (listed.set(mark.id, known), known.line);
      const line = row(["", nameOf("stage", mark.stage ?? ""), nameOf("urgency", mark.urgency ?? ""), nameOf("subdistrict", mark.subdistrict ?? ""), (mark.sources ?? []).map((one) => nameOf("sources", one)).join("、"), mark.opened_us ? clock.format(mark.opened_us / 1000) : ""]);
      line.firstElementChild.append(node("button", nameOf("category", mark.category ?? ""), { type: "button", className: "plain", onclick: () => open(mark.id) }));
      listed.set(mark.id, { line, told });
      return line;
    }),
  );
}

let clicks = 0; // who was asked for last is shown, whichever answer comes last

async function open(id) {
  const mine = ++clicks;
  const answer = await fetch(`/map/matter/${encodeURIComponent(id)}`, { headers: { "hx-request": "true", accept: "text/html" } });
  const drawn = await answer.text();
  if (mine !== clicks) return;
  el("side").innerHTML = drawn; // drawn by the hub, which escapes
  el("side").prepend(node("button", said("close"), { type: "button", className: "plain close", onclick: () => el("side").replaceChildren() }));
  el("side").querySelector("h2, [role=alert]")?.focus();
}

function pick({ lngLat, key }) {
  if (ring) return void (ring.push(lngLat), screen.drawn(ring));
  const cell = picture.cells.get(key);
  if (!cell) return;
  if (cell.n === 1) return void open(cell.ids[0]);
  if (!cell.ids) return screen.goTo(cell.lon, cell.lat, Math.min(LONE_FROM, screen.view().zoom + 2));
  const choices = node("ul", "", { className: "several" });
  cell.ids.forEach((id, at) => {
    const item = node("li");
    item.append(node("button", `${at + 1}`, { type: "button", onclick: () => open(id) }));
    choices.append(item);
  });
  el("side").replaceChildren(node("h2", said("several", { n: cell.n })), choices);
}

async function figures(corners) {
  const query = question().query;
  const told = await get(`/map/area?${query}`, { method: "POST", body: JSON.stringify({ corners }), headers: { "content-type": "application/json", "x-csrf": page.dataset.csrf } }).catch((error) => error.told);
  if (told?.code) return state(`${told.cause} → ${told.next_step} (${told.code})`, "bad");
  const tables = ["stage", "urgency", "sources", "category"].map((kind) => {
    const table = node("table");
    table.append(node("caption", said(`by_${kind}`)), ...Object.entries(told[kind]).slice(0, 10).map(([value, n]) => row([nameOf(kind, value), n])));
    return table;
  });
  el("side").replaceChildren(node("h2", said("figures", { n: told.total }), { tabIndex: -1 }), ...tables);
  el("side").firstElementChild.focus();
}

function drawArea(on) {
  ring = on ? [] : null;
  el("draw").setAttribute("aria-pressed", String(on));
  screen.drawing(on);
  if (on) (screen.drawn([]), state(said("drawing")));
}

function endArea() {
  const corners = ring.filter((at, n) => !n || at.join() !== ring[n - 1].join());
  drawArea(false);
  screen.drawn(corners.length > 2 ? corners : []);
  if (corners.length > 2) figures(corners);
}

// -- beginning ---------------------------------------------------------------------------------------------------

function listenToPage() {
  for (const left of ["mouseleave", "focusout"]) el("list").addEventListener(left, () => isListOld && setTimeout(lines, 100));
  form.addEventListener("input", ({ target }) => (target.name === "grids" ? layer() : (look(), toAddress())));
  form.addEventListener("reset", () => setTimeout(() => (look(), toAddress())));
  form.addEventListener("submit", (event) => event.preventDefault());
  el("zoom-in").onclick = () => screen.zoomBy(1);
  el("zoom-out").onclick = () => screen.zoomBy(-1);
  el("whole").onclick = () => screen.whole();
  el("draw").onclick = () => drawArea(!ring);
  el("in-view").onclick = () => {
    const [west, south, east, north] = screen.view().box;
    figures([[west, south], [east, south], [east, north], [west, north]]);
  };
  el("moment").addEventListener("input", () => ((el("moment-said").textContent = moment() ? clock.format(moment()) : said("now")), (el("now").hidden = !moment())));
  el("moment").addEventListener("change", () => (look({ again: true }), toAddress()));
  el("now").onclick = () => ((el("moment").value = 0), el("moment").dispatchEvent(new Event("input")), el("moment").dispatchEvent(new Event("change")));
  el("map").addEventListener("dblclick", () => ring && endArea());
  document.addEventListener("keydown", ({ key }) => ring && (key === "Enter" ? endArea() : key === "Escape" ? (drawArea(false), screen.drawn([])) : 0));
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => location.reload());
}

async function layer() {
  const kind = form.elements.grids.value;
  screen.grids(await get(`/map/grids/${kind}`));
  if (picture.counts) draw();
}

/** The first picture, asked for before there is anything to draw it with: of the whole district, at the zoom it will have. */
function askEarly([west, south, east, north]) {
  const [w, h] = [el("map").clientWidth - 40, el("map").clientHeight - 90];
  const high = (lat) => Math.log(Math.tan(Math.PI / 4 + (lat * Math.PI) / 360)) / (2 * Math.PI);
  const zoom = gatherZoom(Math.log2(Math.min(w / ((east - west) / 360), h / (high(north) - high(south))) / 512));
  const query = wanted();
  query.set("by", form.elements.by.value);
  if (moment()) query.set("t", moment().toISOString());
  const key = String(query);
  query.set("z", zoom);
  query.set("bbox", [west, south, east, north].join(","));
  const told = get(`/map/view?${query}`).catch(() => null);
  return { take: (asked) => (asked.zoom === zoom && asked.key === key && zoom < NEAR_FROM ? told : null) };
}

let early = null;

async function begin() {
  const parts = [get("/map/ground"), get("/map/grids/comprehensive").catch(() => null), import(page.dataset.drawGl), import(page.dataset.gl), import(page.dataset.feed)];
  const at = fromAddress();
  const ground = await parts[0];
  if (!at) early = askEarly(ground.bounds);
  form.elements.grids.replaceChildren(...ground.kinds.map((kind) => node("option", said(kind), { value: kind })));
  const given = {
    element: el("map"),
    urls: { gl: page.dataset.gl, worker: page.dataset.glWorker },
    ground,
    tiles: page.dataset.tiles ? JSON.parse(page.dataset.tiles) : null,
    onMove: () => (look(), lines(), toAddress()),
    onPick: pick,
  };
  const grids = ground.kinds[0] === "comprehensive" ? parts[1] : get(`/map/grids/${ground.kinds[0]}`);
  try {
    screen = await (await parts[2]).make(given);
  } catch {
    el("map").replaceChildren();
    screen = await (await import(page.dataset.drawCanvas)).make(given);
  }
  page.dataset.drawn = screen.kind;
  if (given.tiles?.credit) el("map-stage").append(node("p", given.tiles.credit, { className: "credit" }));
  if (at) screen.goTo(at[1], at[2], at[0]);
  listenToPage();
  screen.grids(await grids);
  await look();
  screen.drawnOnce().then(() => (page.dataset.painted = Math.round(performance.now())));
  (await parts[4]).listen({
    account: page.dataset.account,
    after: () => picture.number,
    onNews(number, news) {
      heard = [...heard.slice(-500), [number, news]];
      if (take(number, news)) (draw(), lines(true));
    },
    onState(now) {
      live = now;
      if (picture.counts) draw();
    },
  });
}

if (document.body.classList.contains("wall")) setInterval(() => look({ again: true }), WALL_MS); // a wall is in use while it shows

begin().catch((error) => state(error.told ? `${error.told.cause} → ${error.told.next_step} (${error.told.code})` : said("failed", { seconds: AGAIN_S }), "bad"));
