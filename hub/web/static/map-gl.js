// The map drawn by MapLibre on WebGL2, with a style of our own: no glyph server, no tile from outside.
const CELL_MIN_R = 13;
const SLOW_MS = 50;
const GRID_LINES = 0.8;
const PADDING = { top: 20, left: 20, right: 20, bottom: 70 }; // the time slider stands below
const EMPTY = { type: "FeatureCollection", features: [] };

/** A map in `element`; throws where the browser has no WebGL2. Same methods as in map-canvas.js. */
export async function make({ element, urls, ground, tiles, onMove, onPick }) {
  const gl = await import(urls.gl);
  gl.setWorkerUrl(new URL(urls.worker, location.href).href);
  const css = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
  const [west, south, east, north] = ground.bounds;
  const map = new gl.Map({
    container: element,
    style: { version: 8, sources: {}, layers: [{ id: "sheet", type: "background", paint: { "background-color": css("--map-ground") } }] },
    bounds: [west, south, east, north],
    fitBoundsOptions: { padding: PADDING },
    maxBounds: [west - 0.6, south - 0.6, east + 0.6, north + 0.6],
    minZoom: 7,
    maxZoom: 20,
    dragRotate: false,
    pitchWithRotate: false,
    touchPitch: false,
    attributionControl: false,
    fadeDuration: 0,
    localIdeographFontFamily: "system-ui, 'Noto Sans CJK SC', sans-serif",
  });
  map.touchZoomRotate.disableRotation();
  await new Promise((resolve, reject) => {
    map.once("load", resolve);
    map.once("error", ({ error }) => reject(error));
  });
  const source = (id, data, more = {}) => map.addSource(id, { type: "geojson", data, ...more });
  const layer = (id, type, of, paint, more = {}) => map.addLayer({ id, type, source: of, paint, ...more });
  const text = (field, size, more = {}) => ({ "text-field": field, "text-size": size, "text-font": ["sans-serif"], ...more });
  if (tiles) {
    map.addSource("tiles", { type: "raster", tiles: [location.origin + tiles.url], tileSize: 256 });
    map.addLayer({ id: "tiles", type: "raster", source: "tiles" });
  }
  source("areas", ground.areas, { promoteId: "id" });
  source("waters", ground.waters);
  source("roads", ground.roads);
  source("names", ground.names);
  source("places", ground.places);
  source("grids", EMPTY, { promoteId: "id" });
  source("cells", EMPTY);
  source("drawn", EMPTY);
  const depth = ["interpolate", ["linear"], ["coalesce", ["feature-state", "depth"], 0], 0, 0, 0.01, 0.07, 1, 0.5];
  layer("land", "fill", "areas", { "fill-color": css("--map-land"), "fill-opacity": tiles ? 0 : 1 }, { filter: ["==", ["get", "level"], "district"] });
  layer("lakes", "fill", "waters", { "fill-color": css("--map-water") }, { filter: ["==", ["geometry-type"], "Polygon"] });
  layer("rivers", "line", "waters", { "line-color": css("--map-water"), "line-width": ["interpolate", ["exponential", 2], ["zoom"], 10, ["/", ["get", "width_m"], 60], 18, ["*", ["get", "width_m"], 3]] }, { filter: ["!=", ["geometry-type"], "Polygon"], layout: { "line-cap": "round", "line-join": "round" } });
  layer("heat", "fill", "grids", { "fill-color": css("--map-heat"), "fill-opacity": depth, "fill-antialias": false });
  layer("heat-areas", "fill", "areas", { "fill-color": css("--map-heat"), "fill-opacity": depth, "fill-antialias": false }, { filter: ["==", ["get", "level"], "subdistrict"], layout: { visibility: "none" } });
  layer("streets", "line", "roads", { "line-color": css("--map-road"), "line-width": ["interpolate", ["linear"], ["zoom"], 10, ["match", ["get", "kind"], "avenue", 1.2, "road", 0.6, 0], 16, ["match", ["get", "kind"], "avenue", 7, "road", 5, 3]] });
  layer("grid-lines", "line", "grids", { "line-color": css("--map-line"), "line-width": ["interpolate", ["linear"], ["zoom"], 10, 0.3, 15, 1.4], "line-opacity": GRID_LINES, "line-opacity-transition": { duration: 0 } });
  layer("borders", "line", "areas", { "line-color": css("--map-border"), "line-width": ["match", ["get", "level"], "district", 3, "subdistrict", 1.8, 0.7] });
  layer("road-names", "symbol", "roads", { "text-color": css("--map-name"), "text-halo-color": css("--map-land"), "text-halo-width": 1.4 }, { minzoom: 14.5, layout: text(["get", "name"], 12, { "symbol-placement": "line" }) });
  layer("place-names", "symbol", "places", { "text-color": css("--map-name"), "text-halo-color": css("--map-land"), "text-halo-width": 1.4 }, { minzoom: 15, layout: text(["get", "name"], 12) });
  layer("community-names", "symbol", "names", { "text-color": css("--map-name"), "text-halo-color": css("--map-land"), "text-halo-width": 1.4 }, { minzoom: 12.8, filter: ["==", ["get", "level"], "community"], layout: text(["get", "name"], 12) });
  layer("subdistrict-names", "symbol", "names", { "text-color": css("--map-name"), "text-halo-color": css("--map-land"), "text-halo-width": 2 }, { maxzoom: 14, filter: ["==", ["get", "level"], "subdistrict"], layout: text(["get", "name"], ["interpolate", ["linear"], ["zoom"], 10, 11, 13, 16]) });
  layer("drawn-fill", "fill", "drawn", { "fill-color": css("--map-drawn"), "fill-opacity": 0.15 }, { filter: ["==", ["geometry-type"], "Polygon"] });
  layer("drawn-line", "line", "drawn", { "line-color": css("--map-drawn"), "line-width": 3, "line-dasharray": [2, 1] });
  layer("groups", "circle", "cells", { "circle-color": ["get", "colour"], "circle-radius": ["get", "r"], "circle-stroke-color": "#ffffff", "circle-stroke-width": 2 }, { filter: [">", ["get", "n"], 1] });
  layer("group-counts", "symbol", "cells", { "text-color": ["get", "ink"] }, { filter: [">", ["get", "n"], 1], layout: text(["to-string", ["get", "n"]], 13, { "text-allow-overlap": true, "text-ignore-placement": true }) });
  layer("lone", "symbol", "cells", {}, { filter: ["==", ["get", "n"], 1], layout: { "icon-image": ["get", "icon"], "icon-allow-overlap": true, "icon-ignore-placement": true } });
  lighten(map);
  const told = new Map();

  const view = () => {
    const box = map.getBounds();
    return { zoom: map.getZoom(), box: [box.getWest(), box.getSouth(), box.getEast(), box.getNorth()] };
  };
  map.on("moveend", () => onMove(view()));
  map.on("click", (event) => {
    const hit = map.queryRenderedFeatures(event.point, { layers: ["groups", "lone"] })[0];
    onPick({ lngLat: [event.lngLat.lng, event.lngLat.lat], key: hit?.properties.key });
  });
  map.on("mousemove", (event) => {
    if (event.originalEvent.buttons) return; // who drags looks for nothing
    const hit = map.queryRenderedFeatures(event.point, { layers: ["groups", "lone"] })[0];
    map.getCanvas().style.cursor = hit ? "pointer" : "";
  });
  const heat = (of, counts) => {
    const most = Math.max(1, ...Object.values(counts));
    const before = told.get(of) ?? {};
    for (const id of Object.keys(before)) if (!(id in counts)) map.setFeatureState({ source: of, id }, { depth: 0 });
    for (const [id, n] of Object.entries(counts)) {
      const depth = n ? 0.05 + (0.95 * n) / most : 0;
      if (before[id] !== depth) map.setFeatureState({ source: of, id }, { depth });
      before[id] = depth;
    }
    for (const id of Object.keys(before)) if (!(id in counts)) delete before[id];
    told.set(of, before);
  };
  return {
    kind: "webgl",
    map,
    view,
    grids(collection) {
      told.delete("grids");
      map.getSource("grids").setData(collection);
    },
    cells(cells, look) {
      for (const [name, image] of look.icons) if (!map.hasImage(name)) map.addImage(name, image, { pixelRatio: 2 });
      map.getSource("cells").setData({
        type: "FeatureCollection",
        features: cells.map((cell) => ({
          type: "Feature",
          geometry: { type: "Point", coordinates: [cell.lon, cell.lat] },
          properties: { key: cell.key, n: cell.n, colour: look.colour(cell), ink: look.ink(cell), icon: look.icon(cell), r: CELL_MIN_R + 2.6 * Math.log2(cell.n) },
        })),
      });
    },
    counts(areas) {
      const far = view().zoom < 11.5;
      map.setLayoutProperty("heat-areas", "visibility", far ? "visible" : "none");
      map.setLayoutProperty("heat", "visibility", far ? "none" : "visible");
      heat("grids", areas.grid ?? {});
      heat("areas", areas.subdistrict ?? {});
    },
    drawn(ring) {
      map.getSource("drawn").setData(ring.length ? { type: "Feature", properties: {}, geometry: ring.length > 2 ? { type: "Polygon", coordinates: [[...ring, ring[0]]] } : { type: "LineString", coordinates: ring } } : EMPTY);
    },
    drawing(on) {
      map.doubleClickZoom[on ? "disable" : "enable"]();
    },
    zoomBy(step) {
      map.zoomTo(map.getZoom() + step, { animate: false });
    },
    drawnOnce: () => new Promise((done) => (map.loaded() ? requestAnimationFrame(done) : map.once("idle", done))),
    goTo(lon, lat, zoom) {
      map.jumpTo({ center: [lon, lat], zoom });
    },
    whole() {
      map.fitBounds([west, south, east, north], { padding: PADDING, animate: false });
    },
  };
}

/** Where drawing is slow, the lines of the grids step aside while somebody drags. */
function lighten(map) {
  let last = 0;
  map.on("drag", () => {
    const now = performance.now();
    if (last && now - last > SLOW_MS) map.setPaintProperty("grid-lines", "line-opacity", 0);
    last = now;
  });
  map.on("dragend", () => {
    last = 0;
    map.setPaintProperty("grid-lines", "line-opacity", GRID_LINES);
  });
}
