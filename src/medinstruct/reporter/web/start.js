// Put it together.

const KEYS = [
  ["/", "search"],
  ["j  k", "next and previous row"],
  ["↑ ↓ PgUp PgDn", "the same, in the list"],
  ["Enter", "from the list into the row"],
  ["Esc", "out of the search; close"],
  ["t", "colours: system, light, dark"],
  ["?", "these keys"],
];

function schemes() {
  const names = ["system", "light", "dark"];
  const root = document.documentElement;
  let now = 0;
  return () => {
    now = (now + 1) % names.length;
    root.dataset.scheme = names[now];
    byId("scheme").setAttribute("aria-label", `Colours: ${now ? names[now] : "as the system has them"}`);
  };
}

function keys(browser, turn) {
  const dialog = byId("keys");
  dialog.append(
    el("h2", { id: "keys-title" }, "Keys"),
    el(
      "dl",
      {},
      KEYS.map(([key, does]) => [el("dt", {}, el("kbd", {}, key)), el("dd", {}, does)]),
    ),
    el("button", { type: "button", on: { click: () => dialog.close() } }, "Close"),
  );
  const help = () => (dialog.open ? dialog.close() : dialog.showModal());
  byId("help").addEventListener("click", help);
  byId("scheme").addEventListener("click", turn);
  const does = { "/": () => browser.search.focus(), j: () => browser.move(1), k: () => browser.move(-1), t: turn, "?": help };
  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const writing = /^(INPUT|SELECT|TEXTAREA)$/.test(document.activeElement?.tagName ?? "");
    if (event.key === "Escape" && writing) document.activeElement.blur();
    if (writing || !(event.key in does) || (dialog.open && event.key !== "?")) return;
    event.preventDefault();
    does[event.key]();
  });
}

async function start() {
  const facts = JSON.parse(byId("facts").textContent);
  const [columns, shown] = await Promise.all([readColumns(facts), unpackedJson("shown")]);
  let browser = null;
  const pick = (filters) => browser.pick(filters);
  headSection(facts);
  changeSection(facts, pick);
  flowSection(facts);
  compositionSection(facts, pick);
  countedSections(columns, pick);
  lengthSection(facts);
  answerSection(facts, pick);
  guardSection(facts);
  termsSection(facts);
  browser = new Browser(facts, columns, shown);
  keys(browser, schemes());
  addEventListener("hashchange", () => browser.follow());
  browser.follow();
  document.documentElement.dataset.ready = "";
}

start().catch((error) => {
  byId("main").replaceChildren(
    el("p", { class: "notice loud" }, `This page could not be drawn: ${error.message}. It needs a browser of 2024 or later.`),
  );
  throw error;
});
