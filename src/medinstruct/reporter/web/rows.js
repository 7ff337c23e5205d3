// The browser of rows: a list that facets and a search narrow, and one row in full beside it.

const PAGE = 60;
const CLOSED =
  "This row is under a data use agreement: of it this page holds nothing but split, corpus, task and language. " +
  "On a machine where the text may be, medinstruct report … --text shows it.";
const ABSENT =
  "The text of this row is not in this file, which holds some, drawn by hash. This prints it, and medinstruct report --serve shows that of every row:";

class Browser {
  constructor(facts, columns, shown) {
    this.facts = facts;
    this.columns = columns;
    this.facets = facetColumns(columns);
    this.here = new Map(shown.map((row) => [row.at, row]));
    this.isHere = new Uint8Array(columns.size);
    if (!facts.served) for (const row of this.here.keys()) this.isHere[row] = 1;
    this.texts = new Map(shown.map((row) => [row.at, textOf(row)]));
    this.colours = Object.fromEntries(facts.head.tasks.map((task) => [task.id, task.colour]));
    this.chosen = Object.fromEntries(Object.keys(FACETS).map((name) => [name, ""]));
    this.elsewhere = []; // rows whose text, known to the server alone, holds what is searched for
    this.rows = new Uint32Array();
    this.open = -1;
    this.until = PAGE;
    this.draw();
    this.update();
  }

  draw() {
    const { facts } = this;
    const typing = {
      type: "search",
      id: "search",
      placeholder: "Search texts, documents, ids …",
      "aria-label": "Search rows",
      autocomplete: "off",
      spellcheck: "false",
    };
    this.search = el("input", { ...typing, on: { input: () => this.searchSoon() } });
    this.selects = {};
    for (const name of Object.keys(FACETS)) {
      if (name === "change" && !facts.changes) continue;
      this.selects[name] = el("select", { id: `facet-${name}`, on: { change: (event) => this.choose(name, event.target.value) } });
    }
    this.told = el("p", { class: "told", role: "status", "aria-live": "polite" });
    this.clear = el("button", { type: "button", id: "clear", on: { click: () => this.pick({}, false) } }, "Clear");
    this.list = el("ul", {
      id: "list",
      role: "listbox",
      tabindex: 0,
      "aria-label": "Rows",
      on: { keydown: (event) => this.pressed(event) },
    });
    this.detail = el("article", { id: "sample", "aria-labelledby": "sample-title" });
    const lede = facts.served
      ? "Every row of the build."
      : `Every row of the build can be found here; ${plural(facts.shown, "row")}, drawn by hash, with text.`;
    const labels = Object.entries(this.selects).map(([name, select]) => el("label", {}, FACETS[name], select));
    const form = { class: "filters", role: "search", on: { submit: (event) => event.preventDefault() } };
    section(
      "rows",
      "Rows",
      lede,
      el("form", form, el("label", { class: "search" }, "Search", this.search), labels),
      el("div", { class: "status" }, this.told, this.clear),
      el("div", { class: "browser" }, this.list, this.detail),
    );
  }

  // What is chosen

  choose(facet, value) {
    this.chosen[facet] = value;
    this.update();
  }

  /** Show the rows of some facets and no search; a task of the papers stands for the first of its kinds. */
  pick(filters, jump = true) {
    const { names } = this.columns;
    for (const name of Object.keys(FACETS)) this.chosen[name] = filters[name] ?? "";
    const { task } = this.chosen;
    if (task && !names.task.includes(task)) this.chosen.task = names.task.find((name) => name.split("-")[0] === task) ?? "";
    this.search.value = "";
    this.elsewhere = [];
    this.update();
    if (jump) byId("rows").scrollIntoView();
    else this.search.focus();
  }

  searchSoon() {
    clearTimeout(this.waiting);
    clearTimeout(this.asking);
    this.elsewhere = [];
    this.waiting = setTimeout(() => this.update(), this.columns.size > 50000 ? 120 : 40);
    if (this.facts.served) this.asking = setTimeout(() => this.searchElsewhere(), 400);
  }

  /** Ask the server which texts hold the words; what it says counts if they are still asked for. */
  async searchElsewhere() {
    const words = this.search.value.trim();
    if (words.length < 3) return;
    this.told.append(" · looking through the texts of all …");
    const answer = await fetch(`find?q=${encodeURIComponent(words)}`);
    if (!answer.ok || this.search.value.trim() !== words) return;
    this.elsewhere = await answer.json();
    this.update();
  }

  // The list

  update() {
    const { columns, chosen, facts } = this;
    const found = searcher(columns, this.texts, this.search.value, this.elsewhere);
    const { rows, full, counts } = matching(columns, this.facets, facts.kinds, chosen, found, this.isHere);
    this.rows = rows;
    const others = { answer: ANSWERS, change: facts.kinds };
    for (const name of Object.keys(this.selects)) this.offer(name, others[name] ?? columns.names[name], counts[name]);
    this.told.replaceChildren(
      el("b", {}, number(rows.length)),
      ` of ${plural(columns.size, "row")}`,
      facts.served ? "" : `, ${number(full)} with text in this file`,
    );
    this.clear.hidden = !this.search.value && Object.values(chosen).every((value) => value === "");
    this.until = PAGE;
    this.fill();
    if (rows.length && !rows.includes(this.open)) this.show(rows[0]);
    if (!rows.length) this.showNothing();
  }

  /** Offer the values of a facet that leave rows, most rows first. */
  offer(name, values, counts) {
    const kept = this.chosen[name];
    const listed = values
      .map((value, n) => [value, counts[n]])
      .filter(([value, n]) => value !== "" && (n || value === kept))
      .sort((one, other) => other[1] - one[1] || (one[0] < other[0] ? -1 : 1));
    const options = listed.map(([value, n]) => el("option", { value, selected: value === kept }, `${cut(value, 44)} (${number(n)})`));
    this.selects[name].replaceChildren(el("option", { value: "" }, "any"), ...options);
    this.selects[name].classList.toggle("chosen", kept !== "");
  }

  fill() {
    const items = Array.from(this.rows.slice(0, this.until), (row) => this.item(row));
    const left = this.rows.length - this.until;
    if (left > 0) {
      const more = () => {
        this.until += PAGE * 4;
        this.fill();
      };
      items.push(
        el("li", { class: "more", role: "presentation" }, el("button", { type: "button", on: { click: more } }, `${number(left)} more`)),
      );
    }
    this.list.replaceChildren(...items);
    this.activate();
  }

  item(row) {
    const one = this.light(row);
    const full = this.here.get(row);
    const said = full
      ? full.messages[full.messages.length - 1].text
      : one.closed
        ? "under agreement"
        : one.labels.join(", ") || one.document;
    const hasText = full || (this.facts.served && !one.closed);
    return el(
      "li",
      {
        role: "option",
        id: `row-${row}`,
        class: hasText ? "has-text" : null,
        "aria-selected": row === this.open,
        on: { click: () => this.show(row, true) },
      },
      el("span", { class: "chip", css: { "--c": one.colour } }, one.task),
      el("span", { class: "item-corpus" }, one.corpus),
      el("span", { class: "item-document" }, cut(one.document, 28)),
      el("span", { class: "item-said" }, cut(said.replace(/\s+/g, " "), 90)),
    );
  }

  /** What the columns say of a row. */
  light(row) {
    const { columns, here, facts } = this;
    const { names } = columns;
    const name = (column) => names[column][columns[column][row]];
    const id = idOf(columns, row);
    const closed = id === "" && !here.has(row);
    return {
      id,
      closed,
      task: name("task"),
      corpus: name("corpus"),
      document: name("document"),
      template: name("template"),
      split: name("split"),
      labels: names.labels[columns.labels[row]].map((place) => names.label[place]),
      empty: columns.empty[row],
      tokens: columns.whole[row],
      colour: this.colours[name("task").split("-")[0]] ?? OTHER,
      why: closed ? CLOSED : ABSENT,
      command: closed ? "" : `medinstruct explain ${facts.head.folder} ${here.get(row)?.id ?? id}`,
    };
  }

  activate() {
    for (const node of this.list.querySelectorAll("[aria-selected=true]")) node.setAttribute("aria-selected", "false");
    const node = byId(`row-${this.open}`);
    node?.setAttribute("aria-selected", "true");
    if (node) this.list.setAttribute("aria-activedescendant", node.id);
    else this.list.removeAttribute("aria-activedescendant");
    return node;
  }

  // One row

  /** Show a row; what a person asked for is scrolled to, and stands in the address. */
  async show(row, byHand = false) {
    this.open = row;
    const node = this.activate();
    const one = this.light(row);
    if (byHand) node?.scrollIntoView({ block: "nearest" });
    const full = this.here.get(row) ?? (this.facts.served && !one.closed ? await this.fetched(row) : null);
    if (this.open !== row) return;
    this.detail.replaceChildren(...sampleView(full, one));
    if (byHand && one.id) history.replaceState(null, "", `#row-${one.id}`);
    const outOfSight = matchMedia("(max-width: 900px)").matches || this.detail.getBoundingClientRect().top < 0;
    if (byHand && outOfSight) this.detail.scrollIntoView({ block: "start" });
  }

  async fetched(row) {
    const answer = await fetch(`row?at=${row}`);
    if (!answer.ok) return null;
    const full = await answer.json();
    this.here.set(row, full);
    return full;
  }

  showNothing() {
    this.open = -1;
    this.detail.replaceChildren(el("p", { class: "muted" }, "No row is like this."));
  }

  /** Open the row that the address names, if there is one. */
  follow() {
    const digits = /^#row-([0-9a-f]{10})$/.exec(location.hash)?.[1];
    const row = digits ? rowOf(this.columns, digits) : -1;
    if (row < 0) return;
    this.pick({});
    if (!this.rows.slice(0, this.until).includes(row)) {
      this.rows = Uint32Array.from([row, ...this.rows.filter((other) => other !== row)]);
      this.fill();
    }
    this.show(row);
  }

  // Keys

  move(by) {
    if (!this.rows.length) return;
    const at = Math.min(Math.max(this.rows.indexOf(this.open) + by, 0), this.rows.length - 1);
    if (at >= this.until) {
      this.until = at + PAGE;
      this.fill();
    }
    this.show(this.rows[at], true);
  }

  pressed(event) {
    const by = {
      ArrowDown: 1,
      ArrowUp: -1,
      PageDown: 10,
      PageUp: -10,
      Home: -Infinity,
      End: this.until - 1 - this.rows.indexOf(this.open),
    }[event.key];
    if (by !== undefined) {
      event.preventDefault();
      this.move(by);
    }
    if (event.key === "Enter") byId("sample-title")?.focus();
  }
}

/** What a search looks through in a row that is here. */
function textOf(row) {
  const said = row.messages.map((message) => message.text);
  return [row.id, ...said, ...row.lineage.map(([, value]) => value)].join("\n").toLowerCase();
}
