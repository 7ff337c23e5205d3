// Bars, strips and curves.

const PALETTE = ["#2a78b8", "#d9822b", "#2e9e6e", "#b1589b", "#3aa6b9", "#c8553d", "#7a68b5", "#a08a1c", "#6d7b88", "#9b6a3c"];
const OTHER = "#8b949e";
const colourOf = (n) => PALETTE[n % PALETTE.length];

/** Bars one below the other, each cut into pieces: rows of {name, pieces: [{name, value, colour}], note, pick}. */
function bars(rows, { most = Infinity, label, wide = false } = {}) {
  const longest = Math.max(...rows.map((row) => sum(row.pieces.map((piece) => piece.value))), 1);
  const made = rows.map((row) => bar(row, longest));
  const list = el("ul", { class: `bars${wide ? " wide" : ""}`, "aria-label": label }, made.slice(0, most));
  if (made.length <= most) return list;
  const more = el("button", { type: "button", class: "more" }, `${number(made.length - most)} more`);
  more.addEventListener("click", () => {
    list.append(...made.slice(most));
    more.remove();
  });
  return el("div", {}, list, more);
}

function bar(row, longest) {
  const whole = sum(row.pieces.map((piece) => piece.value));
  const track = el(
    "span",
    { class: "track", "aria-hidden": "true" },
    row.pieces
      .filter((piece) => piece.value)
      .map((piece) =>
        hint(
          el("span", { class: "piece", css: { "--c": piece.colour, width: `${(100 * piece.value) / longest}%` } }),
          () => `${piece.name}: ${number(piece.value)}`,
        ),
      ),
  );
  const inner = [
    el("span", { class: "name", title: row.name }, row.name),
    track,
    el("span", { class: "count" }, row.note ?? number(whole)),
  ];
  return el(
    "li",
    {},
    row.pick ? el("button", { type: "button", title: `Show rows of ${row.name}`, on: { click: row.pick } }, inner) : el("div", {}, inner),
  );
}

/** One bar of a whole, cut into its parts. */
function strip(parts, label) {
  const whole = sum(parts.map((part) => part.value)) || 1;
  return el(
    "span",
    {
      class: "strip",
      role: "img",
      "aria-label": `${label}: ${parts.map((part) => `${part.name} ${percent(part.value, whole)}`).join(", ")}`,
    },
    parts
      .filter((part) => part.value)
      .map((part) =>
        hint(
          el("span", { class: "piece", css: { "--c": part.colour, width: `${(100 * part.value) / whole}%` } }),
          () => `${part.name}: ${number(part.value)} (${percent(part.value, whole)})`,
        ),
      ),
  );
}

function legend(parts) {
  return el(
    "ul",
    { class: "legend" },
    parts.map((part) => el("li", {}, el("span", { class: "dot", css: { "--c": part.colour } }), part.name)),
  );
}

const EDGE = { left: 8, right: 8, top: 22, bottom: 34, height: 190 };

/** Rows by tokens, in bins that double in two steps; `lines` are numbers of tokens to mark. */
function histogram(series, { label, lines = [] }) {
  const first = Math.min(...series.map((one) => one.edges[0]));
  const last = Math.max(...series.map((one) => one.edges[one.edges.length - 1]), ...lines);
  const span = Math.max(Math.log2(last / first), 0.5);
  const highest = Math.max(...series.flatMap((one) => one.heights), 1);
  const ground = EDGE.height - EDGE.bottom;
  const y = (rows) => ground - (rows / highest) * (ground - EDGE.top);
  return fitted((width) => {
    const x = (tokens) => EDGE.left + (Math.log2(tokens / first) / span) * (width - EDGE.left - EDGE.right);
    return svg(
      "svg",
      { viewBox: `0 0 ${width} ${EDGE.height}`, width, height: EDGE.height, role: "img", "aria-label": label },
      series.map((one, n) => one.heights.map((rows, bin) => column(one, n, bin, x, y))),
      svg("line", { class: "axis", x1: EDGE.left, x2: width - EDGE.right, y1: ground + 0.5, y2: ground + 0.5 }),
      ticks(first, last, x, width, ground + 17),
      lines.filter((line) => line >= first).map((line) => cutLine(line, x(line), width, ground)),
    );
  });
}

function column(one, n, bin, x, y) {
  const [from, to] = [one.edges[bin], one.edges[bin + 1]];
  const top = y(one.heights[bin]);
  const size = { x: x(from) + 0.75, y: top, width: Math.max(x(to) - x(from) - 1.5, 1), height: y(0) - top, rx: 1.5 };
  const box = svg("rect", { ...size, class: "column", css: { "--c": one.colour ?? colourOf(n) } });
  return hint(box, () => `${one.name}: ${plural(one.heights[bin], "row")} of ${number(from)} to ${number(to - 1)} tokens`);
}

/** Powers of two below the axis, those for which there is room. */
function ticks(first, last, x, width, y) {
  const made = [];
  let free = -Infinity;
  for (let power = Math.ceil(Math.log2(first)); 2 ** power <= last; power += 1) {
    const at = x(2 ** power);
    const text = number(2 ** power);
    const half = text.length * 3.6;
    if (at - half < free || at + half > width) continue;
    free = at + half + 8;
    made.push(svg("text", { class: "tick", x: at, y, "text-anchor": at < 14 ? "start" : "middle" }, text));
  }
  return made;
}

function cutLine(tokens, at, width, ground) {
  const place = { x: at, y: EDGE.top - 10, "text-anchor": at > width - 20 ? "end" : "middle" };
  return [
    svg("line", { class: "cut", x1: at, x2: at, y1: EDGE.top - 6, y2: ground }),
    svg("text", { ...place, class: "cut-name" }, `${tokens / 1024}k`),
  ];
}
