// How marks look: a colour and a shape for each value, which colour-blind people tell apart (Okabe and Ito).
const OTHER = ["#6b7280", "circle"];
const SHAPES = ["circle", "square", "diamond", "triangle", "cross"];
const COLOURS = ["#0072b2", "#e69f00", "#009e73", "#cc79a7", "#d55e00", "#56b4e9", "#7a7a00", "#444444"];
const SIDE = 40;
const CORNERS = {
  triangle: [[20, 4], [37, 35], [3, 35]],
  diamond: [[20, 3], [37, 20], [20, 37], [3, 20]],
  square: [[5, 5], [35, 5], [35, 35], [5, 35]],
  wedge: [[3, 5], [37, 5], [20, 36]],
  hexagon: [[11, 4], [29, 4], [38, 20], [29, 36], [11, 36], [2, 20]],
  cross: [[14, 4], [26, 4], [26, 14], [36, 14], [36, 26], [26, 26], [26, 36], [14, 36], [14, 26], [4, 26], [4, 14], [14, 14]],
};

/** What most of a cell's marks show. */
export const most = (cell) => Object.entries(cell.by).reduce((one, other) => (other[1] > one[1] ? other : one), ["", 0])[0];

/** Looks by the field `by()`; `palette`: field → value → [colour, shape]; `sources`: ids, in the order of their colours. */
export function looks({ palette, sources, by }) {
  const icons = new Map();
  const styleOf = (value) => {
    if (by() !== "sources") return palette[by()][value] ?? OTHER;
    const at = sources.indexOf(value);
    return at < 0 ? OTHER : [COLOURS[at % COLOURS.length], SHAPES[at % SHAPES.length]];
  };
  const icon = ([colour, shape]) => {
    const name = `${shape} ${colour}`;
    if (!icons.has(name)) icons.set(name, drawn(colour, shape));
    return name;
  };
  return {
    icons,
    colour: (cell) => styleOf(most(cell))[0],
    ink: (cell) => (isDark(styleOf(most(cell))[0]) ? "#ffffff" : "#000000"),
    icon: (cell) => icon(styleOf(most(cell))),
    values: (facets) => (by() === "sources" ? sources.filter((one) => facets[one]) : Object.keys(palette[by()])),
    /** A canvas with the shape of a value, for the legend. */
    swatch(value) {
      const canvas = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE, ariaHidden: "true" });
      canvas.getContext("2d").putImageData(icons.get(icon(styleOf(value))), 0, 0);
      return canvas;
    },
  };
}

const isDark = (colour) => [1, 3, 5].reduce((sum, at, n) => sum + parseInt(colour.slice(at, at + 2), 16) * [0.3, 0.59, 0.11][n], 0) < 140;

function drawn(colour, shape) {
  const pen = Object.assign(document.createElement("canvas"), { width: SIDE, height: SIDE }).getContext("2d");
  pen.beginPath();
  if (CORNERS[shape]) CORNERS[shape].forEach((at, n) => pen[n ? "lineTo" : "moveTo"](...at));
  else pen.arc(SIDE / 2, SIDE / 2, 16, 0, 2 * Math.PI);
  pen.closePath();
  Object.assign(pen, { fillStyle: colour, strokeStyle: "#ffffff", lineWidth: 3, lineJoin: "round" });
  pen.fill();
  pen.stroke();
  return pen.getImageData(0, 0, SIDE, SIDE);
}
