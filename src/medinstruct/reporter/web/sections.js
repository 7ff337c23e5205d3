// The sections above the rows. `pick(filters)` shows rows in the browser below.

function headSection(facts) {
  const { head } = facts;
  const rows = sum(facts.composition.map((line) => line[3]));
  byId("kind").textContent = `Report of a build · ${head.recipe}`;
  byId("title").textContent = head.title;
  byId("about").textContent = head.about;
  const notices = [];
  if (head.samples)
    notices.push(
      "These rows come from the bundled samples: invented text, for trying things out. They are not the corpora whose names they bear.",
    );
  if (head.closed.with_text)
    notices.push(
      "This page was made to hold the text of every row. Where corpora under a data use agreement are among them, the page is under that agreement: it stays where they may be.",
    );
  else if (head.closed.rows)
    notices.push(
      `${plural(head.closed.rows, "row")} of ${head.closed.corpora.join(", ")} ${head.closed.rows === 1 ? "is" : "are"} under a data use agreement, and counted here, not shown: neither text nor labels, documents or lengths.`,
    );
  if (!head.closed.with_text)
    notices.push(`This file holds the text of ${plural(facts.shown, "row")}, under the terms of the corpora that it is from.`);
  if (head.stubs)
    notices.push(
      `${plural(head.stubs, "row")} of this publication ${head.stubs === 1 ? "is a stub" : "are stubs"}: medinstruct hydrate gives them back to whoever holds their corpora.`,
    );
  if (head.as_published) notices.push("Known faults of the corpora were left as they are (--as-published).");
  byId("notices").append(...notices.map((text, n) => el("p", { class: n || !head.samples ? "notice" : "notice loud" }, text)));
  const kept = facts.flow.documents.reduce((all, line) => all + line[3], 0);
  const figures = [
    ["rows", number(rows)],
    ["tokens of text", number(sum(facts.composition.map((line) => line[4])))],
    ["documents kept", number(kept)],
    ["corpora", number(new Set(facts.composition.map((line) => line[2])).size)],
    ["tasks", number(head.tasks.length)],
  ];
  byId("figures").append(...figures.map(([name, value]) => el("div", {}, el("dt", {}, name), el("dd", {}, value))));
  byId("foot").append(
    el(
      "p",
      {},
      `Built by medinstruct ${head.version} from the recipe ${head.recipe}, seed ${head.seed}. Content digest `,
      el("code", {}, head.digest),
      ".",
    ),
    el("pre", {}, head.command),
  );
}

function compositionSection(facts, pick) {
  const colour = Object.fromEntries(facts.head.tasks.map((task) => [task.id, task.colour]));
  const short = (task) => task.split("-")[0];
  const grouped = (key) => {
    const found = new Map();
    for (const line of facts.composition) {
      const group = found.get(key(line)) ?? found.set(key(line), { rows: 0, tokens: 0, tasks: new Map() }).get(key(line));
      group.rows += line[3];
      group.tokens += line[4];
      group.tasks.set(short(line[1]), (group.tasks.get(short(line[1])) ?? 0) + line[3]);
    }
    return [...found].sort((one, other) => other[1].rows - one[1].rows || (one[0] < other[0] ? -1 : 1));
  };
  const whole = sum(facts.composition.map((line) => line[3]));
  const tasks = facts.head.tasks.map((task) => {
    const group = grouped((line) => short(line[1])).find(([name]) => name === task.id)[1];
    return { ...task, ...group };
  });
  const dot = (task) => [el("span", { class: "dot", css: { "--c": colour[task] } }), " "];
  const byCorpus = bars(
    grouped((line) => line[2]).map(([corpus, group]) => ({
      name: corpus,
      pick: () => pick({ corpus }),
      pieces: [...group.tasks].map(([task, rows]) => ({ name: `${corpus}, ${task}`, value: rows, colour: colour[task] })),
    })),
    { most: 30, label: "Rows by corpus, coloured by task", wide: true },
  );
  section(
    "composition",
    "Composition",
    "What rows ask, and of whose texts. A click on a bar shows its rows below.",
    strip(
      tasks.map((task) => ({ name: task.id, value: task.rows, colour: task.colour })),
      "Rows by task",
    ),
    el(
      "div",
      { class: "two" },
      el(
        "div",
        {},
        table(
          ["task", "", "rows", "share", "tokens"],
          tasks.map((task) => [
            el("button", { type: "button", class: "link nowrap", on: { click: () => pick({ task: task.id }) } }, dot(task.id), task.id),
            task.title,
            task.rows,
            percent(task.rows, whole),
            task.tokens,
          ]),
          { caption: "By task" },
        ),
      ),
      el(
        "div",
        {},
        table(
          ["split", "rows", "tokens"],
          grouped((line) => line[0]).map(([split, group]) => [split, group.rows, group.tokens]),
          { caption: "By split" },
        ),
        el("div", { id: "languages" }),
      ),
    ),
    el("h3", {}, "By corpus"),
    legend(tasks.map((task) => ({ name: task.id, colour: task.colour }))),
    byCorpus,
    el("div", { id: "labels" }),
  );
}

/** What is counted on the columns: languages and labels. */
function countedSections(columns, pick) {
  const { names } = columns;
  const languages = new Array(names.language.length).fill(0);
  const labels = new Array(names.label.length).fill(0);
  const combined = new Array(names.labels.length).fill(0);
  for (let row = 0; row < columns.size; row += 1) {
    languages[columns.language[row]] += 1;
    combined[columns.labels[row]] += 1;
  }
  combined.forEach((rows, n) =>
    names.labels[n].forEach((label) => {
      labels[label] += rows;
    }),
  );
  byId("languages").append(
    table(
      ["language", "rows"],
      languages.map((rows, n) => [names.language[n], rows]),
      { caption: "By language" },
    ),
  );
  const ranked = labels.map((rows, n) => [names.label[n], rows]).sort((one, other) => other[1] - one[1]);
  if (ranked.length)
    byId("labels").append(
      el("h3", {}, "By label"),
      el("p", { class: "note" }, "Rows whose answer has the label; a row may have several."),
      bars(
        ranked.map(([label, rows]) => ({
          name: label,
          pick: () => pick({ label }),
          pieces: [{ name: label, value: rows, colour: "var(--accent)" }],
        })),
        { most: 24, label: "Rows by label", wide: true },
      ),
    );
}

function lengthSection(facts) {
  const limits = facts.tokens.length ? facts.tokens[0].cut.map((one) => one.at) : [];
  const stats = (list) =>
    table(
      ["", "rows", "tokens", "half up to", "95 % up to", "longest"],
      list.map((one) => [one.name, one.rows, one.total, one.half, one.p95, one.longest]),
    );
  section(
    "length",
    "Length",
    "Tokens of whole rows (everything that a model sees, and the answer), and what a trainer that cuts at the right would take away: the answer first.",
    facts.tokens.map((one, n) =>
      el(
        "figure",
        {},
        el("figcaption", {}, "Whole rows by tokens, as ", el("b", {}, one.name), " counts them"),
        histogram([{ ...one, colour: colourOf(n) }], { label: `Rows by tokens, as ${one.name} counts them`, lines: limits }),
      ),
    ),
    stats(facts.tokens),
    table(
      ["cut at", "tokenizer", "rows cut", "tokens lost", "share of all tokens"],
      facts.tokens.flatMap((one) =>
        one.cut.map((limit) => [`${limit.at / 1024}k`, one.name, limit.rows, limit.tokens, percent(limit.tokens, one.total)]),
      ),
      { caption: "What would be cut" },
    ),
    el("h3", {}, "Texts that rows ask about"),
    el(
      "figure",
      {},
      histogram(
        facts.lengths.map((one, n) => ({ ...one, colour: colourOf(n) })),
        { label: "Rows by tokens of their text, as the recipe's tokenizer counts them" },
      ),
      facts.lengths.length > 1 && legend(facts.lengths.map((one, n) => ({ name: one.name, colour: colourOf(n) }))),
    ),
    stats(facts.lengths),
  );
}

function answerSection(facts, pick) {
  const rows = facts.answers.map((line) => {
    const shown = line.labels.slice(0, 9);
    const rest = sum(line.labels.slice(9).map(([, n]) => n)) + line.rest;
    const parts = [
      ...shown.map(([name, value], n) => ({ name, value, colour: colourOf(n) })),
      { name: `${number(line.labels.length - shown.length + line.more)} others`, value: rest, colour: OTHER },
    ];
    const said = line.labels.length
      ? strip(parts, `Labels of ${line.corpus}`)
      : el("span", { class: "muted" }, line.closed ? "under agreement" : "no labels");
    const open = el(
      "button",
      { type: "button", class: "link", on: { click: () => pick({ task: line.task, corpus: line.corpus }) } },
      line.corpus,
    );
    return [line.task, open, line.rows, percent(line.empty, line.rows), said, line.evenness === null ? "" : line.evenness.toFixed(2)];
  });
  const empty = sum(facts.answers.map((line) => line.empty));
  const whole = sum(facts.answers.map((line) => line.rows));
  section(
    "answers",
    "Answers",
    `${percent(empty, whole)} of the rows ask for something that is not there: the right answer is none, or the option that says so. Evenness is 1 where all labels are as frequent, 0 where there is but one.`,
    table(["task", "corpus", "rows", "empty", "labels", "evenness"], rows, { caption: "Answers by task and corpus", most: 60, wide: true }),
  );
}

function guardSection(facts) {
  const { guard, watch, parts, alike, apart, looked_at } = facts.guarded;
  const rules = (found) =>
    Object.entries(found)
      .map(([rule, n]) => `${number(n)} ${rule}`)
      .join(", ") || "none";
  const known = [...new Set(parts.flatMap(([, found]) => Object.keys(found)))].sort();
  const children = [];
  const colour = (rule) => colourOf(known.indexOf(rule));
  if (guard.length)
    children.push(
      table(
        ["benchmark", "rows looked at", "kept out", "known by", "test parts"],
        guard.map((one) => [
          one.name,
          one.checked,
          one.removed,
          el("div", { class: "roomy" }, rules(one.rules)),
          el("div", { class: "small roomy" }, one.covers.join(", ")),
        ]),
        { caption: "Rows that stand in a test part, or hold a part of one, were kept out", wide: true },
      ),
    );
  if (parts.length)
    children.push(
      el("h3", {}, "Where they stand"),
      legend(known.map((name) => ({ name, colour: colour(name) }))),
      bars(
        parts.map(([part, found]) => ({
          name: part,
          pieces: Object.entries(found).map(([rule, value]) => ({ name: rule, value, colour: colour(rule) })),
        })),
        { most: 20, label: "Rows kept out, by test part", wide: true },
      ),
    );
  if (watch.length)
    children.push(
      table(
        ["benchmark", "rows looked at", "rows that stand in it", "test documents", "known by"],
        watch.map((one) => [one.name, one.checked, one.held, one.documents, rules(one.rules)]),
        { caption: "Looked for and left in, as published: do not score on these what was trained on these rows" },
      ),
    );
  const same = [...Object.entries(alike), ...Object.entries(apart)];
  if (same.length)
    children.push(
      table(
        ["duplicates and splits", "rows", "of all candidates"],
        same.map(([reason, n]) => [reason, n, percent(n, looked_at)]),
        { caption: "Rows that say what another says, and were left out" },
      ),
    );
  if (!children.length) children.push(el("p", {}, "Nothing was looked for in the test parts of benchmarks, and no row was found twice."));
  section("guard", "Guard", "What kept test documents of benchmarks, and second copies, out.", ...children);
}

function termsSection(facts) {
  const { terms } = facts;
  const said =
    terms.license && terms.license !== "other"
      ? `The whole can carry ${terms.license}, as every part allows its adaptations to be given it.`
      : terms.license
        ? "No standard license says what all parts ask for together; each row is under the terms of its part."
        : terms.collection
          ? "No license fits the whole. Rows stand side by side, each under its own terms."
          : "No license fits the whole, and not all of it may be handed on.";
  section(
    "terms",
    "Licenses",
    `${said} Whoever uses these rows is under the obligations of all parts together: ${terms.obligations.join(", ") || "none"}. This is no legal advice.`,
    terms.because.length > 0 &&
      fold(
        "Why no freer license",
        el(
          "ul",
          {},
          terms.because.map((why) => el("li", {}, why)),
        ),
      ),
    table(
      ["corpus", "rows", "license", "records", "set aside", "citation"],
      terms.corpora.map((one) => [
        el("div", { class: "roomy" }, el("b", {}, one.id), el("div", { class: "small" }, `${one.title}, version ${one.version}`)),
        one.rows,
        el(
          "div",
          { class: "roomy" },
          one.license,
          el(
            "div",
            { class: "small" },
            `${one.obligations.join(", ") || "no obligations"}${one.stated ? `; stated by: ${one.stated}` : ""}`,
          ),
        ),
        one.records,
        one.broken,
        el("div", { class: "small roomy" }, one.citation),
      ]),
      { caption: "Corpora and their terms", most: 60, wide: true },
    ),
    facts.limits.length > 0 && [
      el("h3", {}, "What to know"),
      el(
        "ul",
        { class: "limits" },
        facts.limits.map((line) => el("li", {}, line)),
      ),
    ],
  );
}
