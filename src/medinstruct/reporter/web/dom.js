// Elements, numbers and hints. What comes from a build goes in as text: nothing here, or elsewhere, makes markup of a string.

const SVG = "http://www.w3.org/2000/svg";
const byId = (id) => document.getElementById(id);
const number = (n) => Math.round(n).toLocaleString("en");
const plural = (n, noun) => `${number(n)} ${noun}${n === 1 ? "" : "s"}`;
const percent = (part, whole) => {
  if (!whole) return "–";
  const share = (100 * part) / whole;
  return share > 0 && share < 0.1 ? "< 0.1 %" : `${share.toFixed(share < 10 && share > 0 ? 1 : 0)} %`;
};
const sum = (numbers) => numbers.reduce((one, other) => one + other, 0);
const cut = (text, most) => (text.length > most ? `${text.slice(0, most - 1)}…` : text);

/** An element with attributes (`on` for listeners, `css` for custom properties and styles) and children, strings among them. */
function el(tag, attributes = {}, ...children) {
  return filled(document.createElement(tag), attributes, children);
}

function svg(tag, attributes = {}, ...children) {
  return filled(document.createElementNS(SVG, tag), attributes, children);
}

function filled(node, attributes, children) {
  for (const [name, value] of Object.entries(attributes)) {
    if (name === "on") for (const [event, listener] of Object.entries(value)) node.addEventListener(event, listener);
    else if (name === "css") for (const [property, style] of Object.entries(value)) node.style.setProperty(property, style);
    else if (typeof value === "boolean" && name.startsWith("aria-")) node.setAttribute(name, String(value));
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value !== null && value !== undefined) node.setAttribute(name, String(value));
  }
  node.append(...children.flat(Infinity).filter((child) => child !== null && child !== undefined && child !== false));
  return node;
}

/** A section of the page with its place in the bar above. */
function section(id, title, lede, ...children) {
  byId("sections").append(el("li", {}, el("a", { href: `#${id}` }, title)));
  const made = el(
    "section",
    { id, "aria-labelledby": `${id}-title` },
    el("h2", { id: `${id}-title` }, title),
    lede && el("p", { class: "lede" }, lede),
    ...children,
  );
  byId("main").append(made);
  return made;
}

const isNumber = (value) => typeof value === "number" || (typeof value === "string" && /^[<+−]?\s?[\d.,]+( %)?$|^–$/.test(value));

/** A table; cells that are numbers stand to the right. Rows are arrays of numbers, strings and elements. */
function table(head, rows, { caption = "", most = Infinity, wide = false } = {}) {
  const cell = (value) =>
    el(
      "td",
      { class: isNumber(value) ? "n" : /^\d+–\d+$/.test(value) ? "nowrap" : null },
      typeof value === "number" ? number(value) : (value ?? ""),
    );
  const right = (n) => rows.some((row) => isNumber(row[n])) && rows.every((row) => row[n] === "" || isNumber(row[n]));
  const body = el(
    "tbody",
    {},
    rows.slice(0, most).map((row) => el("tr", {}, row.map(cell))),
  );
  const title = caption || head.filter(Boolean).join(", ");
  const scrolled = el(
    "div",
    { class: `scroll${wide ? " wide" : ""}`, tabindex: 0, role: "region", "aria-label": title },
    el(
      "table",
      { "aria-label": title },
      el(
        "thead",
        {},
        el(
          "tr",
          {},
          head.map((name, n) => el("th", { scope: "col", class: right(n) ? "n" : null }, name)),
        ),
      ),
      body,
    ),
  );
  const made = el("div", { class: "table" }, caption && el("p", { class: "caption" }, caption), scrolled);
  if (rows.length <= most) return made;
  const more = el("button", { type: "button", class: "more" }, `${number(rows.length - most)} more`);
  more.addEventListener("click", () => {
    body.append(...rows.slice(most).map((row) => el("tr", {}, row.map(cell))));
    more.remove();
  });
  return el("div", {}, made, more);
}

function fold(title, ...children) {
  return el("details", {}, el("summary", {}, title), ...children);
}

/** Buttons of which one is pressed; `pick` is called with its place. */
function choice(label, names, pick) {
  const buttons = names.map((name, n) => el("button", { type: "button", "aria-pressed": n === 0, on: { click: () => press(n) } }, name));
  function press(n) {
    buttons.forEach((button, place) => button.setAttribute("aria-pressed", String(place === n)));
    pick(n);
  }
  return el("div", { class: "choice", role: "group", "aria-label": label }, buttons);
}

/** Draw into a node whenever its width changes: `draw(width)` returns what it then holds. */
function fitted(draw, attributes = {}) {
  const node = el("div", { class: "fitted", ...attributes });
  let last = 0;
  const again = (force) => {
    const width = Math.floor(node.clientWidth);
    if (!width || (width === last && !force)) return;
    last = width;
    node.replaceChildren(draw(width));
  };
  new ResizeObserver(() => again(false)).observe(node);
  node.redraw = () => again(true);
  return node;
}

/** Say something beside the pointer, or beside what has the focus. */
function hint(node, say) {
  const show = (event) => {
    const box = byId("tip");
    box.replaceChildren(...[say()].flat());
    box.hidden = false;
    const at =
      event.clientX === undefined || event.type === "focus"
        ? node.getBoundingClientRect()
        : { left: event.clientX, bottom: event.clientY, top: event.clientY };
    const left = Math.min(Math.max(at.left + 12, 8), innerWidth - box.offsetWidth - 8);
    const below = at.bottom + 14 + box.offsetHeight < innerHeight;
    box.style.left = `${Math.max(left, 8)}px`;
    box.style.top = `${below ? at.bottom + 14 : Math.max(at.top - box.offsetHeight - 10, 4)}px`;
  };
  const hide = () => {
    byId("tip").hidden = true;
  };
  for (const event of ["pointerenter", "pointermove", "focus"]) node.addEventListener(event, show);
  for (const event of ["pointerleave", "blur"]) node.addEventListener(event, hide);
  return node;
}
