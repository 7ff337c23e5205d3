// The texts of a row: marks in their colours, arcs between them, and lists that light up what they name.

function textView(row) {
  const view = new TextView(row);
  const empty = !row.marks.length && row.asked.length > 0;
  return el(
    "div",
    { class: "texts" },
    row.texts.map((text) => view.text(text)),
    view.label(),
    empty && el("p", { class: "small" }, "Nothing is marked: the right answer is that there is nothing."),
    view.listOfMarks(),
    view.listOfArcs(),
    row.asked.length > 0 && el("p", { class: "small" }, `asked for: ${row.asked.join(", ")}`),
    row.more > 0 && el("p", { class: "small" }, `${number(row.more)} more marks are not drawn.`),
  );
}

class TextView {
  constructor(row) {
    this.row = row;
    this.named = [...new Set([...row.marks.map((mark) => mark.label), ...row.asked])].filter(Boolean);
    this.nodes = row.marks.map(() => []); // the elements of each mark, several where others begin in it or it has gaps
    this.arcs = [];
  }

  colour(label) {
    return label ? colourOf(this.named.indexOf(label)) : OTHER;
  }

  text({ name, parts, cut: left }) {
    const arched = this.row.arcs.length > 0 && parts.some(([, inside]) => inside.length > 0);
    const body = el(
      "div",
      { class: arched ? "text with-arcs" : "text" },
      parts.map(([words, inside]) => (inside.length ? this.part(words, inside) : words)),
    );
    if (arched) this.drawArcs(body);
    return [name !== "text" && el("p", { class: "role" }, name), body, shortened(left)];
  }

  /** A part that stands in some marks has the colour of the innermost, and tells of all. */
  part(words, inside) {
    const { marks } = this.row;
    const inner = inside[inside.length - 1];
    const lit = (on) => () => this.light([inner], on);
    const style = { css: { "--c": this.colour(marks[inner].label) } };
    const node = el("mark", { ...style, on: { pointerenter: lit(true), pointerleave: lit(false) } }, words);
    for (const n of inside) this.nodes[n].push(node);
    return hint(node, () => inside.map((n) => markSaid(marks[n])));
  }

  /** Put the label of each mark behind its last part; where arcs are drawn, there is no room for them. */
  label() {
    if (this.row.arcs.length) return;
    this.row.marks.forEach(({ label }, n) => {
      const style = { class: "label", css: { "--c": this.colour(label) }, "aria-hidden": "true" };
      if (label) this.nodes[n].at(-1)?.after(el("span", style, label));
    });
  }

  /** Light up marks and the arcs that end in them, or one arc alone. */
  light(marks, on, arc = -1) {
    for (const n of marks) for (const node of this.nodes[n]) node.classList.toggle("lit", on);
    this.row.arcs.forEach(([start, end], n) => {
      const meant = arc < 0 ? marks.includes(start) || marks.includes(end) : n === arc;
      if (meant) this.arcs[n]?.classList.toggle("lit", on);
    });
  }

  entry(marks, arc, ...words) {
    const on = () => this.light(marks, true, arc);
    const off = () => this.light(marks, false, arc);
    return el("li", { tabindex: 0, on: { pointerenter: on, pointerleave: off, focus: on, blur: off } }, ...words);
  }

  listOfMarks() {
    const { marks } = this.row;
    const dot = (mark) => el("span", { class: "dot", css: { "--c": this.colour(mark.label) } });
    const entries = marks.map((mark, n) => this.entry([n], -1, dot(mark), markSaid(mark)));
    return entries.length > 0 && el("ul", { class: "marked", "aria-label": "What is marked" }, entries);
  }

  listOfArcs() {
    const words = (n) => cut(this.row.marks[n].quote, 40);
    const entries = this.row.arcs.map(([start, end, label], n) =>
      this.entry([start, end], n, words(start), el("span", { class: "arrow" }, ` ${label} → `), words(end)),
    );
    return entries.length > 0 && el("ul", { class: "related", "aria-label": "What is said of two" }, entries);
  }

  /** Draw the arcs above the lines of a text, again whenever it flows anew; faint where they are many. */
  drawArcs(body) {
    const layer = svg("svg", { class: "arcs", "aria-hidden": "true" });
    body.append(layer);
    new ResizeObserver(() => {
      const frame = body.getBoundingClientRect();
      this.arcs = this.row.arcs.map((arc, n) => this.arc(arc, n, frame));
      layer.replaceChildren(arrowHead(), ...this.arcs.filter(Boolean));
    }).observe(body);
  }

  arc([start, end, label], n, frame) {
    const [a, b] = [start, end].map((mark) => this.nodes[mark][0]?.getClientRects()[0]);
    if (!a || !b) return null;
    const from = { x: a.left - frame.left + a.width / 2, y: a.top - frame.top + 2 };
    const to = { x: b.left - frame.left + b.width / 2, y: b.top - frame.top - 1 };
    const rise = Math.min(14 + Math.abs(to.x - from.x) / 14 + (n % 3) * 5, 30);
    const path = `M${from.x} ${from.y}C${from.x} ${from.y - rise} ${to.x} ${to.y - rise} ${to.x} ${to.y}`;
    const x = Math.min(Math.max((from.x + to.x) / 2, 30), frame.width - 30);
    const y = (from.y + to.y) / 2 - rise * 0.75 - 2;
    return svg(
      "g",
      { class: this.row.arcs.length > 8 ? "arc many" : "arc" },
      svg("path", { d: path, "marker-end": "url(#arrow)" }),
      svg("text", { x, y, "text-anchor": "middle" }, cut(label, 34)),
    );
  }
}

const markSaid = (mark) =>
  el(
    "span",
    { class: "said" },
    mark.label && el("b", {}, `${mark.label} `),
    cut(mark.quote, 120),
    el("span", { class: "small" }, ` ${mark.place}`),
  );

function arrowHead() {
  const shape = { id: "arrow", viewBox: "0 0 8 8", refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: "auto" };
  return svg("defs", {}, svg("marker", shape, svg("path", { d: "M0 0.8L8 4L0 7.2Z", class: "arrow-head" })));
}
