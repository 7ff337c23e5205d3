// One row: its text with what is marked there, prompt, answer, what the parser gives back, lineage.

function sampleView(row, light) {
  if (!row) return [sampleHead(light), ...bareView(light)];
  const answer = row.messages[row.messages.length - 1];
  const prompt = row.messages.slice(0, -1).map(message);
  return [
    sampleHead(light),
    block("Text", textView(row)),
    ...(row.options.length ? [block("Options", optionsView(row.options))] : []),
    el(
      "div",
      { class: "two" },
      el("div", {}, block("Prompt", ...prompt)),
      el("div", {}, block("Answer", message(answer)), block("What the parser gives back", backView(row.back))),
    ),
    ...(row.was ? [block("In the earlier build", ...row.was.map(message))] : []),
    block("Lineage", lineage(row.lineage), el("pre", {}, light.command)),
  ];
}

function sampleHead(light) {
  const title = el(
    "h3",
    { id: "sample-title", tabindex: -1 },
    light.corpus,
    el("span", { class: "chip", css: { "--c": light.colour } }, light.task),
  );
  return el(
    "header",
    { class: "sample-head" },
    title,
    el("p", { class: "small" }, [light.document, light.split, light.template].filter(Boolean).join(" · ")),
  );
}

/** What there is to say of a row whose text is not here. */
function bareView(light) {
  const why = el("p", { class: "notice" }, light.why);
  if (light.closed) return [why];
  const facts = [
    ["labels", light.labels.join(", ")],
    ["answer", light.empty ? "empty" : "not empty"],
    ["tokens of the row", number(light.tokens)],
  ];
  return [why, el("pre", {}, light.command), lineage(facts)];
}

function optionsView(options) {
  const right = () => el("span", { class: "small" }, " right");
  const items = options.map(([letter, words, isRight]) =>
    el("li", { class: isRight ? "right" : null }, el("b", {}, `${letter} `), words, isRight && right()),
  );
  return el("ul", { class: "options" }, items);
}

const block = (title, ...children) => el("section", { class: "block" }, el("h4", {}, title), ...children);
const lineage = (facts) =>
  el(
    "dl",
    { class: "lineage" },
    facts.map(([name, value]) => value && [el("dt", {}, name), el("dd", {}, value)]),
  );
const shortened = (more) => more > 0 && el("p", { class: "small muted" }, `… ${number(more)} more characters`);
const message = (one) =>
  el("div", { class: "message" }, el("span", { class: "role" }, one.role), el("pre", {}, one.text), shortened(one.cut));

function backView(back) {
  const verdict = back.same ? "the same as the right answer, as far as the format keeps it" : "not the right answer";
  return el(
    "div",
    {},
    el(
      "p",
      { class: "small" },
      el("span", { class: `state ${back.same ? "good" : "bad"}` }, back.state),
      ` ${verdict}`,
      back.loses.length ? `; it does not keep ${back.loses.join(", ")}` : "",
    ),
    back.items.length ? table(back.head, back.items) : el("p", { class: "muted" }, "nothing"),
    back.more > 0 && el("p", { class: "small" }, `${number(back.more)} more`),
    back.unread.length > 0 &&
      el(
        "p",
        { class: "small" },
        "unread: ",
        back.unread.map((piece) => [el("code", {}, piece), " "]),
      ),
  );
}
