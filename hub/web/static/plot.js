// Draws series over time with uPlot, in the page's colours; the same for sources and figures.

const ZONE = "Asia/Shanghai";
export const COLOURS = ["#1257a8", "#b35900", "#0d7a6e", "#8a3ffc", "#a3260f", "#566473", "#b0188a", "#5c7a00"];
const DARK = ["#6fb1ff", "#ffb066", "#6fd6c8", "#c6a0ff", "#ff9d85", "#9fadbd", "#ff8ad8", "#c4dd66"];
const two = (n) => String(n).padStart(2, "0");

function isDark() {
  return matchMedia("(prefers-color-scheme: dark)").matches;
}

export function colour(n) {
  const some = isDark() ? DARK : COLOURS;
  return some[n % some.length];
}

function ink(name) {
  return getComputedStyle(document.documentElement).getPropertyValue(name).includes("light-dark")
    ? (isDark() ? { "--quiet": "#9fadbd", "--line": "#334150" } : { "--quiet": "#566473", "--line": "#d5dce4" })[name]
    : getComputedStyle(document.documentElement).getPropertyValue(name);
}

// A moment of the district, as its clocks show it; `step` seconds lie between two points.
function moment(at, step) {
  const d = uPlot.tzDate(new Date(at * 1000), ZONE);
  const day = `${two(d.getMonth() + 1)}-${two(d.getDate())}`;
  if (step >= 28 * 86400) return `${d.getFullYear()}-${two(d.getMonth() + 1)}`;
  if (step >= 86400) return day;
  return `${day} ${two(d.getHours())}:${two(d.getMinutes())}`;
}

function tick(at, step, span) {
  const d = uPlot.tzDate(new Date(at * 1000), ZONE);
  if (step < 86400 && span <= 2 * 86400) return `${two(d.getHours())}:${two(d.getMinutes())}`;
  return moment(at, Math.max(step, 86400));
}

// `series`: [{label, values, unit?, bars?, band?: [low, high]}]; `at`: seconds since 1970.
export function plot(place, at, series, { step, height = 220, legend = true, percent = false } = {}) {
  const data = [at];
  const shown = [{ label: document.documentElement.lang === "en" ? "Time" : "时间", class: "when", value: (_, v) => (v == null ? "—" : moment(v, step)) }];
  const bands = [];
  const say = (v) => (v == null ? "—" : percent ? `${(v * 100).toFixed(1)} %` : String(Math.round(v * 100) / 100));
  series.forEach((one, n) => {
    data.push(one.values);
    shown.push({
      label: one.label,
      stroke: colour(n),
      width: 2,
      fill: one.bars ? colour(n) + "55" : undefined,
      paths: one.bars ? uPlot.paths.bars({ size: [0.9, 40], align: 1 }) : undefined,
      points: { show: at.length < 90 && !one.bars, size: 5 },
      value: (_, v) => say(v),
      dash: one.dash,
    });
    if (one.band) {
      const first = data.length;
      data.push(one.band[1], one.band[0]);
      shown.push({ label: `${one.label} ↑`, class: "bound", stroke: "transparent", points: { show: false }, value: (_, v) => say(v) });
      shown.push({ label: `${one.label} ↓`, class: "bound", stroke: "transparent", points: { show: false }, value: (_, v) => say(v) });
      bands.push({ series: [first, first + 1], fill: colour(n) + "26" });
    }
  });
  const span = at.length ? at[at.length - 1] - at[0] : 0;
  const axis = { stroke: ink("--quiet"), grid: { stroke: ink("--line"), width: 1 }, ticks: { show: false }, font: "12px system-ui, sans-serif" };
  const drawn = new uPlot(
    {
      width: Math.max(place.clientWidth - (place.classList.contains("card") ? 34 : 0), 200),
      height,
      tzDate: (ts) => uPlot.tzDate(new Date(ts * 1000), ZONE),
      legend: { show: legend, live: true },
      cursor: { y: false, drag: { x: false, y: false } },
      scales: { y: { range: (_, low, high) => (percent ? [0, 1] : [0, Math.max(high ?? 0, 1) * 1.1]) } },
      axes: [
        { ...axis, space: 70, incrs: step >= 86400 ? [1, 2, 7, 14, 31, 61, 122].map((n) => n * 86400) : undefined, values: (_, some) => some.map((one) => tick(one, step, span)) },
        { ...axis, size: 56, values: (_, some) => some.map((one) => (percent ? `${Math.round(one * 100)} %` : Number.isInteger(one) ? String(one) : one.toFixed(1))) },
      ],
      series: shown,
      bands,
      data,
    },
    data,
    place,
  );
  const fit = new ResizeObserver(() => {
    const width = Math.max(place.clientWidth - (place.classList.contains("card") ? 34 : 0), 200);
    if (Math.abs(width - drawn.width) > 2) drawn.setSize({ width, height });
  });
  fit.observe(place);
  return { destroy: () => { fit.disconnect(); drawn.destroy(); } };
}
