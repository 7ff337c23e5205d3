// What became of everything: from what went in, by task or corpus, to what was kept, or the reason why not.

const MOST_SOURCES = 14;
const MOST_REASONS = 9;

/** Sources, targets and the streams between them, of the lines of one kind of thing: [task, corpus, in, kept, {reason: n}]. */
function streams(lines, by, colours) {
  const into = new Map();
  const out = new Map();
  const add = (map, key, n) => map.set(key, (map.get(key) ?? 0) + n);
  for (const line of lines) {
    add(into, line[by], line[2]);
    for (const [reason, n] of Object.entries(line[4])) add(out, reason, n);
  }
  const ranked = (map) => [...map].sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1)).map(([name]) => name);
  const sources = ranked(into);
  const reasons = ranked(out);
  const named = sources.length > MOST_SOURCES ? sources.slice(0, MOST_SOURCES - 1) : sources;
  const told = reasons.length > MOST_REASONS ? reasons.slice(0, MOST_REASONS - 1) : reasons;
  const rest = `${sources.length - named.length} others`;
  const others = `${reasons.length - told.length} other reasons`;
  const between = new Map();
  const stream = (source, target, n) => n && add(between, JSON.stringify([named.includes(source) ? source : rest, target]), n);
  for (const line of lines) {
    stream(line[by], "kept", line[3]);
    for (const [reason, n] of Object.entries(line[4])) stream(line[by], told.includes(reason) ? reason : others, n);
  }
  const left = [...named, ...(named.length < sources.length ? [rest] : [])];
  const right = ["kept", ...told, ...(told.length < reasons.length ? [others] : [])];
  return {
    left: left.map((name, n) => ({ name, colour: name === rest ? OTHER : (colours[name] ?? (by ? colourOf(n) : OTHER)) })),
    right: right.map((name) => ({ name, colour: name === "kept" ? "#2e9e6e" : OTHER })),
    size: (source, target) => between.get(JSON.stringify([source, target])) ?? 0,
  };
}

/** The picture of streams, drawn anew for each width; on narrow screens names stand on the streams. */
function flowPicture(lines, by, colours, kind) {
  const { left, right, size } = streams(lines, by, colours);
  for (const node of left) node.value = sum(right.map((target) => size(node.name, target.name)));
  for (const node of right) node.value = sum(left.map((source) => size(source.name, node.name)));
  const whole = sum(left.map((node) => node.value));
  const ends = right.filter((node) => node.value).map((node) => `${number(node.value)} ${node.name}`);
  const label = `${kind}: of ${number(whole)}, ${ends.join(", ")}`;
  return fitted((width) => {
    const frame = frameOf(width, left, whole);
    const height = Math.ceil(Math.max(tallness(left, frame), tallness(right, frame))) + 4;
    stacked(left, frame, height);
    stacked(right, frame, height);
    return svg(
      "svg",
      { viewBox: `0 0 ${width} ${height}`, width, height, role: "img", "aria-label": label },
      left.map((source) => right.map((target) => ribbon(source, target, size(source.name, target.name), frame))),
      left.map((node) => [nodeBox(node, frame.before, frame), sourceName(node, frame)]),
      right.map((node) => [nodeBox(node, frame.end, frame), targetName(node, frame)]),
    );
  });
}

/** Where everything stands, in pixels: `before` and `end` are the left edges of the nodes of both sides. */
function frameOf(width, left, whole) {
  const wide = width >= 700;
  const thick = wide ? 11 : 8;
  const scale = Math.max(wide ? 330 : 300, 12 * left.length) / (whole || 1);
  return { wide, thick, slot: wide ? 21 : 20, before: wide ? 150 : 2, end: width - (wide ? 335 : 2) - thick, scale };
}

/** The room of a node: its height, and never less than its name needs. */
const roomOf = (node, frame) => Math.max(node.value * frame.scale + 5, frame.slot);
const tallness = (nodes, frame) => sum(nodes.map((node) => roomOf(node, frame)));

function stacked(nodes, frame, height) {
  let at = 2 + (height - 4 - tallness(nodes, frame)) / 2;
  for (const node of nodes) {
    const room = roomOf(node, frame);
    node.h = Math.max(node.value * frame.scale, 1);
    node.y = node.next = at + (room - node.h) / 2;
    node.middle = at + room / 2;
    at += room;
  }
}

function ribbon(source, target, value, frame) {
  if (!value) return null;
  const h = value * frame.scale;
  const [a, b] = [source.next, target.next];
  source.next += h;
  target.next += h;
  const [from, to] = [frame.before + frame.thick, frame.end];
  const bend = (from + to) / 2;
  const path = `M${from} ${a}C${bend} ${a} ${bend} ${b} ${to} ${b}V${b + h}C${bend} ${b + h} ${bend} ${a + h} ${from} ${a + h}Z`;
  const drawn = svg("path", { d: path, class: `ribbon ${target.name === "kept" ? "kept" : "dropped"}`, css: { "--c": source.colour } });
  const share = `${number(value)}, ${percent(value, source.value)} of ${source.name}`;
  return hint(drawn, () => [el("b", {}, `${source.name} → ${target.name}`), el("br"), share]);
}

function nodeBox(node, x, frame) {
  const size = { x, y: node.y, width: frame.thick, height: node.h, rx: Math.min(2, node.h / 2) };
  return svg("rect", { ...size, class: "node", css: { "--c": node.colour } });
}

function sourceName(node, { wide, before, thick }) {
  const place = wide ? { x: before - 9, "text-anchor": "end" } : { x: thick + 7, "text-anchor": "start" };
  return flowName(node, place, `${cut(node.name, wide ? 16 : 10)} `, "");
}

function targetName(node, { wide, end, thick }) {
  if (wide) return flowName(node, { x: end + thick + 9, "text-anchor": "start" }, "", ` ${cut(node.name, 44)}`);
  return flowName(node, { x: end - 6, "text-anchor": "end" }, `${cut(node.name, 22)} `, "");
}

function flowName(node, place, before, after) {
  const style = { class: `flow-name${node.name === "kept" ? " strong" : ""}`, "dominant-baseline": "central" };
  return svg("text", { ...place, ...style, y: node.middle }, before, svg("tspan", { class: "flow-number" }, number(node.value)), after);
}

/** The section: pictures by kind, and a table that says the same. */
function flowSection(facts) {
  const kinds = Object.keys(facts.flow);
  const colours = Object.fromEntries(facts.head.tasks.map((task) => [task.id, task.colour]));
  const totals = Object.fromEntries(
    kinds.map((kind) => [kind, { in: sum(facts.flow[kind].map((line) => line[2])), kept: sum(facts.flow[kind].map((line) => line[3])) }]),
  );
  let kind = kinds.indexOf("examples");
  let by = 0;
  const picture = el("div");
  const beneath = el("div");
  const cards = kinds.map((name, n) =>
    el(
      "button",
      {
        type: "button",
        class: "kind-card",
        "aria-pressed": n === kind,
        on: {
          click: () => {
            kind = n;
            draw();
          },
        },
      },
      el("span", { class: "kind-name" }, name),
      el("span", { class: "kind-kept" }, number(totals[name].kept)),
      el("span", { class: "kind-in" }, `of ${number(totals[name].in)} kept`),
      el(
        "span",
        { class: "meter", "aria-hidden": "true" },
        el("span", { css: { width: `${(100 * totals[name].kept) / (totals[name].in || 1)}%` } }),
      ),
    ),
  );
  function draw() {
    const lines = facts.flow[kinds[kind]];
    cards.forEach((card, n) => card.setAttribute("aria-pressed", String(n === kind)));
    picture.replaceChildren(flowPicture(lines, by, by ? {} : colours, kinds[kind]));
    const reasons = [...new Set(lines.flatMap((line) => Object.keys(line[4])))].sort();
    beneath.replaceChildren(
      fold(
        `The same as a table: ${kinds[kind]} by task and corpus`,
        table(
          ["task", "corpus", "in", "kept", ...reasons],
          lines.map((line) => [line[0], line[1], line[2], line[3], ...reasons.map((reason) => line[4][reason] ?? 0)]),
        ),
      ),
    );
  }
  draw();
  section(
    "flow",
    "In and out",
    "Every document, annotation and example that went in is kept or has one reason why not: in = kept + dropped, exactly.",
    el("div", { class: "kinds", role: "group", "aria-label": "Kind of thing" }, cards),
    choice("Streams by", ["by task", "by corpus"], (n) => {
      by = n;
      draw();
    }),
    el("figure", {}, picture),
    beneath,
  );
}
