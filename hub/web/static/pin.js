// A small map to pin one place on: the pack's waters, areas, roads and landmarks on a canvas. By finger, mouse or keyboard.

const CLOSEST = 2e6; // pixels a degree of latitude
const STEP = 60; // pixels an arrow key moves
const STILL = 6; // pixels that a tap may wander

// A canvas knows no custom properties: each is read off an element that bears it.
function colours(canvas) {
  const of = (name) => {
    canvas.style.color = `var(${name})`;
    return getComputedStyle(canvas).color;
  };
  return { ink: of("--ink"), quiet: of("--quiet"), paper: of("--paper"), line: of("--line"), pin: of("--bad"), water: of("--water") };
}

// `changed(spot)` is told where the pin stands: {lon, lat}.
export function pin(canvas, changed) {
  let ground = null;
  let spot = null;
  let view = { lon: 0, lat: 0, scale: 1 };

  const across = () => view.scale * Math.cos((view.lat * Math.PI) / 180);
  const toX = (lon) => canvas.clientWidth / 2 + (lon - view.lon) * across();
  const toY = (lat) => canvas.clientHeight / 2 - (lat - view.lat) * view.scale;
  const toLon = (x) => view.lon + (x - canvas.clientWidth / 2) / across();
  const toLat = (y) => view.lat - (y - canvas.clientHeight / 2) / view.scale;

  function trace(pen, points) {
    points.forEach(([lon, lat], at) => (at ? pen.lineTo(toX(lon), toY(lat)) : pen.moveTo(toX(lon), toY(lat))));
  }

  function drawGround(pen, hue) {
    for (const water of ground.waters) {
      for (const points of water.lines) {
        pen.beginPath();
        trace(pen, points);
        if (water.kind === "lake") {
          pen.fillStyle = hue.water;
          pen.fill();
        } else {
          pen.strokeStyle = hue.water;
          pen.lineWidth = Math.max(2, (water.width_m / 111320) * view.scale);
          pen.stroke();
        }
      }
    }
    for (const road of ground.roads) {
      pen.strokeStyle = hue.line;
      pen.lineWidth = { avenue: 6, road: 4, street: 2 }[road.kind];
      for (const points of road.lines) {
        pen.beginPath();
        trace(pen, points);
        pen.stroke();
      }
    }
    pen.setLineDash([6, 4]);
    pen.lineWidth = 1.5;
    pen.strokeStyle = hue.quiet;
    for (const part of ground.parts) {
      pen.beginPath();
      for (const ring of part.rings) trace(pen, ring);
      pen.stroke();
    }
    pen.setLineDash([]);
  }

  function drawNames(pen, hue) {
    const taken = [];
    pen.lineWidth = 3;
    pen.strokeStyle = hue.paper;
    const put = (words, lon, lat, colour) => {
      const wide = pen.measureText(words).width / 2 + 4;
      const [x, y] = [toX(lon), toY(lat)];
      if (x < wide || x > canvas.clientWidth - wide || y < 10 || y > canvas.clientHeight - 10) return;
      if (taken.some((one) => Math.abs(one.x - x) < one.wide + wide && Math.abs(one.y - y) < 18)) return;
      taken.push({ x, y, wide });
      pen.strokeText(words, x, y);
      pen.fillStyle = colour;
      pen.fillText(words, x, y);
    };
    for (const one of ground.places) put(one.name, one.lon, one.lat, hue.ink);
    for (const road of ground.roads) {
      const seen = road.lines.flat().filter(([lon, lat]) => Math.abs(toX(lon) - canvas.clientWidth / 2) < canvas.clientWidth / 2 - 30 && Math.abs(toY(lat) - canvas.clientHeight / 2) < canvas.clientHeight / 2 - 12);
      if (seen.length) put(road.name, ...seen[Math.floor(seen.length / 2)], hue.quiet);
    }
  }

  function drawPin(pen, hue) {
    const [x, y] = [toX(spot.lon), toY(spot.lat)];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.arc(x, y - 20, 10, Math.PI * 0.8, Math.PI * 0.2);
    pen.closePath();
    pen.fillStyle = hue.pin;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = hue.paper;
    pen.stroke();
  }

  function draw() {
    const sharp = devicePixelRatio || 1;
    canvas.width = canvas.clientWidth * sharp;
    canvas.height = canvas.clientHeight * sharp;
    const pen = canvas.getContext("2d");
    const hue = colours(canvas);
    pen.scale(sharp, sharp);
    pen.fillStyle = hue.paper;
    pen.fillRect(0, 0, canvas.clientWidth, canvas.clientHeight);
    pen.font = getComputedStyle(canvas).font;
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.lineJoin = "round";
    if (ground) {
      drawGround(pen, hue);
      drawNames(pen, hue);
    }
    if (spot) drawPin(pen, hue);
  }

  function whole() {
    const [west, south, east, north] = ground.box;
    const lat = (south + north) / 2;
    const shrunk = Math.cos((lat * Math.PI) / 180);
    const scale = Math.min(canvas.clientWidth / ((east - west) * shrunk), canvas.clientHeight / (north - south));
    view = { lon: (west + east) / 2, lat, scale };
  }

  function zoom(by, x = canvas.clientWidth / 2, y = canvas.clientHeight / 2) {
    const [lon, lat] = [toLon(x), toLat(y)];
    view.scale = Math.min(CLOSEST, Math.max(500, view.scale * by));
    view.lon += lon - toLon(x);
    view.lat += lat - toLat(y);
    draw();
  }

  function put(lon, lat) {
    spot = { lon: Number(lon.toFixed(6)), lat: Number(lat.toFixed(6)) };
    draw();
    changed({ ...spot });
  }

  const down = new Map();
  let moved = 0;
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    down.set(event.pointerId, [event.offsetX, event.offsetY]);
    if (down.size === 1) moved = 0;
  });
  canvas.addEventListener("pointermove", (event) => {
    const last = down.get(event.pointerId);
    if (!last) return;
    const [dx, dy] = [event.offsetX - last[0], event.offsetY - last[1]];
    const other = [...down].find(([id]) => id !== event.pointerId)?.[1];
    down.set(event.pointerId, [event.offsetX, event.offsetY]);
    moved += Math.abs(dx) + Math.abs(dy);
    if (other) {
      const before = Math.hypot(last[0] - other[0], last[1] - other[1]) || 1;
      zoom(Math.hypot(event.offsetX - other[0], event.offsetY - other[1]) / before, other[0], other[1]);
    } else if (moved > STILL) {
      view.lon -= dx / across();
      view.lat += dy / view.scale;
      draw();
    }
  });
  canvas.addEventListener("pointerup", (event) => {
    if (down.size === 1 && moved <= STILL) put(toLon(event.offsetX), toLat(event.offsetY));
    down.delete(event.pointerId);
  });
  canvas.addEventListener("pointercancel", (event) => down.delete(event.pointerId));
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    zoom(event.deltaY < 0 ? 1.25 : 0.8, event.offsetX, event.offsetY);
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => {
    const moves = { ArrowLeft: [-STEP, 0], ArrowRight: [STEP, 0], ArrowUp: [0, STEP], ArrowDown: [0, -STEP] };
    const move = moves[event.key];
    if (move) {
      view.lon += move[0] / across();
      view.lat += move[1] / view.scale;
      draw();
    } else if (event.key === "Enter") put(view.lon, view.lat);
    else if (event.key === "+" || event.key === "=") zoom(1.5);
    else if (event.key === "-") zoom(1 / 1.5);
    else return;
    event.preventDefault();
  });
  new ResizeObserver(draw).observe(canvas);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);

  return {
    show: (found) => {
      ground = found;
      whole();
      draw();
    },
    // Pins a place that was found elsewhere, and goes there.
    set: (lon, lat) => {
      spot = { lon, lat };
      view = { lon, lat, scale: Math.max(view.scale, 8e4) };
      draw();
    },
    clear: () => {
      spot = null;
      draw();
    },
    zoom,
  };
}
