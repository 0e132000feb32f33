// The same map drawn on a 2D canvas, for browsers without WebGL2. Same methods as in map-gl.js.
const WORLD = 512;
const MIN_ZOOM = 7;
const MAX_ZOOM = 20;
const HIT_PX = 16;

const worldX = (lon) => (lon + 180) / 360;
const worldY = (lat) => {
  const sine = Math.sin((lat * Math.PI) / 180);
  return 0.5 - Math.log((1 + sine) / (1 - sine)) / (4 * Math.PI);
};
const lonOf = (x) => x * 360 - 180;
const latOf = (y) => (Math.atan(Math.sinh(Math.PI * (1 - 2 * y))) * 180) / Math.PI;

/** A map in `element`. */
export async function make({ element, ground, tiles, onMove, onPick }) {
  const canvas = document.createElement("canvas");
  element.replaceChildren(canvas);
  const pen = canvas.getContext("2d");
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const [west, south, east, north] = ground.bounds;
  // Paths hold world coordinates around the district's middle: far from it a canvas's floats would be too coarse.
  const midX = worldX((west + east) / 2);
  const midY = worldY((south + north) / 2);
  const UNIT = 2 ** 20;
  let zoom = 11;
  let x = midX;
  let y = midY;
  let shown = { cells: [], look: null, counts: {}, ring: [] };
  let layers = [];
  let asked = 0;

  const pathOf = (geometry) => {
    const path = new Path2D();
    const lines = { Polygon: [geometry.coordinates], MultiPolygon: geometry.coordinates, MultiLineString: [geometry.coordinates] }[geometry.type] ?? [];
    for (const part of lines)
      for (const line of part)
        line.forEach(([lon, lat], at) => path[at ? "lineTo" : "moveTo"]((worldX(lon) - midX) * UNIT, (worldY(lat) - midY) * UNIT));
    return path;
  };
  const drawnOf = (collection) => collection.features.map(({ geometry, properties }) => ({ path: pathOf(geometry), line: geometry.type === "MultiLineString", ...properties }));
  const land = drawnOf(ground.areas);
  const waters = drawnOf(ground.waters);
  const roads = drawnOf(ground.roads);
  const names = ground.names.features.map(({ geometry, properties }) => ({ at: geometry.coordinates, ...properties }));
  const size = () => [element.clientWidth, element.clientHeight];
  const scale = () => WORLD * 2 ** zoom;
  const toScreen = (lon, lat) => [(worldX(lon) - x) * scale() + size()[0] / 2, (worldY(lat) - y) * scale() + size()[1] / 2];
  const toGround = (px, py) => [lonOf(x + (px - size()[0] / 2) / scale()), latOf(y + (py - size()[1] / 2) / scale())];
  const view = () => {
    const [w, h] = size();
    const [left, top] = toGround(0, 0);
    const [right, bottom] = toGround(w, h);
    return { zoom, box: [left, bottom, right, top] };
  };

  function paint() {
    asked = 0;
    const [w, h] = size();
    const ratio = Math.min(2, window.devicePixelRatio || 1);
    if (canvas.width !== Math.round(w * ratio) || canvas.height !== Math.round(h * ratio)) {
      canvas.width = Math.round(w * ratio);
      canvas.height = Math.round(h * ratio);
    }
    const k = scale() / UNIT;
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.fillStyle = css("--map-ground");
    pen.fillRect(0, 0, canvas.width, canvas.height);
    pen.setTransform(ratio * k, 0, 0, ratio * k, ratio * ((midX - x) * scale() + w / 2), ratio * ((midY - y) * scale() + h / 2));
    const fill = (one, colour, alpha = 1) => ((pen.globalAlpha = alpha), (pen.fillStyle = colour), pen.fill(one.path, "evenodd"), (pen.globalAlpha = 1));
    const line = (one, colour, px) => ((pen.strokeStyle = colour), (pen.lineWidth = px / k), pen.stroke(one.path));
    if (tiles) base(ratio);
    else for (const one of land) if (one.level === "district") fill(one, css("--map-land"));
    pen.lineCap = pen.lineJoin = "round";
    for (const one of waters) one.line ? line(one, css("--map-water"), Math.max(1, (one.width_m * scale()) / 4.0e7 / 0.85)) : fill(one, css("--map-water"));
    const far = zoom < 11.5;
    const counts = far ? (shown.counts.subdistrict ?? {}) : (shown.counts.grid ?? {});
    const most = Math.max(1, ...Object.values(counts));
    for (const one of far ? land : layers) if (counts[one.id]) fill(one, css("--map-heat"), 0.07 + (0.43 * counts[one.id]) / most);
    for (const one of roads) if (zoom > 12.5 || one.kind === "avenue") line(one, css("--map-road"), one.kind === "avenue" ? Math.max(1, (zoom - 9) * 0.9) : Math.max(0.5, (zoom - 11) * 0.8));
    for (const one of layers) line(one, css("--map-line"), zoom > 13 ? 1.2 : 0.4);
    for (const one of land) if (one.level !== "community" || zoom > 12) line(one, css("--map-border"), { district: 3, subdistrict: 1.8 }[one.level] ?? 0.7);
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    label();
    if (shown.ring.length) outline();
    for (const cell of shown.cells) spot(cell);
  }

  const pictures = new Map();
  function base(ratio) {
    const z = Math.max(0, Math.min(19, Math.round(zoom + 1))); // tiles are 256 pixels wide, our world 512
    const across = 2 ** z;
    const side = scale() / across;
    const [w, h] = size();
    const held = pen.getTransform();
    pen.setTransform(ratio, 0, 0, ratio, 0, 0);
    for (let column = Math.floor((x - w / 2 / scale()) * across); column <= (x + w / 2 / scale()) * across; column++)
      for (let row = Math.floor((y - h / 2 / scale()) * across); row <= (y + h / 2 / scale()) * across; row++) {
        const url = tiles.url.replace("{z}", z).replace("{x}", column).replace("{y}", row);
        if (!pictures.has(url)) pictures.set(url, Object.assign(new Image(), { src: url, onload: again }));
        const picture = pictures.get(url);
        if (picture.complete && picture.naturalWidth) pen.drawImage(picture, (column / across - x) * scale() + w / 2, (row / across - y) * scale() + h / 2, side + 0.5, side + 0.5);
      }
    pen.setTransform(held);
  }

  function label() {
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineWidth = 3;
    for (const one of names) {
      if (one.level === "district" || (one.level === "community") !== zoom >= 13) continue;
      const [px, py] = toScreen(...one.at);
      pen.font = `${one.level === "community" ? 12 : 15}px system-ui, sans-serif`;
      pen.strokeStyle = css("--map-land");
      pen.fillStyle = css("--map-name");
      pen.strokeText(one.name, px, py);
      pen.fillText(one.name, px, py);
    }
  }

  function outline() {
    pen.beginPath();
    shown.ring.forEach((at, n) => pen[n ? "lineTo" : "moveTo"](...toScreen(...at)));
    if (shown.ring.length > 2) pen.closePath();
    pen.strokeStyle = css("--map-drawn");
    pen.lineWidth = 3;
    pen.stroke();
  }

  function spot(cell) {
    const [px, py] = toScreen(cell.lon, cell.lat);
    const { look } = shown;
    if (cell.n === 1) {
      const image = look.icons.get(look.icon(cell));
      if (image) pen.drawImage(bitmapOf(image), px - image.width / 4, py - image.height / 4, image.width / 2, image.height / 2);
      return;
    }
    pen.beginPath();
    pen.arc(px, py, 13 + 2.6 * Math.log2(cell.n), 0, 2 * Math.PI);
    pen.fillStyle = look.colour(cell);
    pen.fill();
    pen.strokeStyle = "#ffffff";
    pen.lineWidth = 2;
    pen.stroke();
    pen.fillStyle = look.ink(cell);
    pen.font = "13px system-ui, sans-serif";
    pen.fillText(String(cell.n), px, py);
  }

  const bitmaps = new Map();
  function bitmapOf(image) {
    if (!bitmaps.has(image)) {
      const made = document.createElement("canvas");
      made.width = image.width;
      made.height = image.height;
      made.getContext("2d").putImageData(image, 0, 0);
      bitmaps.set(image, made);
    }
    return bitmaps.get(image);
  }

  const again = () => (asked ||= requestAnimationFrame(paint));
  let told = 0;
  const moved = () => {
    again();
    clearTimeout(told);
    told = setTimeout(() => onMove(view()), 150);
  };
  const zoomTo = (to, px = size()[0] / 2, py = size()[1] / 2) => {
    const [lon, lat] = toGround(px, py);
    zoom = Math.max(MIN_ZOOM, Math.min(MAX_ZOOM, to));
    x = worldX(lon) - (px - size()[0] / 2) / scale();
    y = worldY(lat) - (py - size()[1] / 2) / scale();
    moved();
  };
  const panBy = (dx, dy) => {
    x += dx / scale();
    y += dy / scale();
    moved();
  };

  let grip = null;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    grip = { px: event.offsetX, py: event.offsetY, moved: 0 };
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!grip) return;
    panBy(grip.px - event.offsetX, grip.py - event.offsetY);
    grip = { px: event.offsetX, py: event.offsetY, moved: grip.moved + Math.abs(event.movementX) + Math.abs(event.movementY) };
  });
  canvas.addEventListener("pointerup", (event) => {
    const still = grip && grip.moved < 6;
    grip = null;
    if (!still) return;
    const near = shown.cells
      .map((cell) => ({ cell, off: Math.hypot(...toScreen(cell.lon, cell.lat).map((at, n) => at - [event.offsetX, event.offsetY][n])) }))
      .filter(({ cell, off }) => off <= (cell.n === 1 ? HIT_PX : 13 + 2.6 * Math.log2(cell.n)))
      .sort((one, other) => one.off - other.off)[0];
    onPick({ lngLat: toGround(event.offsetX, event.offsetY), key: near?.cell.key });
  });
  canvas.addEventListener("wheel", (event) => (event.preventDefault(), zoomTo(zoom - event.deltaY / 300, event.offsetX, event.offsetY)), { passive: false });
  element.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-80, 0], ArrowRight: [80, 0], ArrowUp: [0, -80], ArrowDown: [0, 80] }[event.key];
    if (way) panBy(...way);
    else if (event.key === "+" || event.key === "=") zoomTo(zoom + 1);
    else if (event.key === "-") zoomTo(zoom - 1);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(again).observe(element);

  const whole = () => {
    const [w, h] = size();
    x = midX;
    zoom = Math.min(Math.log2((w - 40) / ((worldX(east) - worldX(west)) * WORLD)), Math.log2((h - 90) / ((worldY(south) - worldY(north)) * WORLD)));
    zoom = Math.max(MIN_ZOOM, zoom);
    y = (worldY(south) + worldY(north)) / 2 + 25 / scale(); // the time slider stands below
    moved();
  };
  whole();
  return {
    kind: "canvas",
    view,
    grids: (collection) => ((layers = drawnOf(collection)), again()),
    cells: (cells, look) => ((shown = { ...shown, cells, look }), again()),
    counts: (areas) => ((shown = { ...shown, counts: areas }), again()),
    drawn: (ring) => ((shown = { ...shown, ring }), again()),
    drawing: () => {},
    drawnOnce: () => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))),
    zoomBy: (step) => zoomTo(zoom + step),
    goTo: (lon, lat, to) => ((x = worldX(lon)), (y = worldY(lat)), zoomTo(to)),
    whole,
  };
}
