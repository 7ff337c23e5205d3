// What changed since another build.

const WHAT = {
  added: "rows that the earlier build does not have",
  removed: "rows that only the earlier build has",
  moved: "rows in another split",
  relabelled: "rows with another right answer",
  reread: "rows that ask about another text, or other options",
  redrawn: "rows with other examples, or options in another order",
  reworded: "rows in other words",
};

function changeSection(facts, pick) {
  const { changes } = facts;
  if (!changes) return;
  const kinds = facts.kinds.filter((kind) => changes.rows[kind]);
  const level = changes.level === "none" ? "Nothing changed." : `A ${changes.level} change: ${changes.because.join("; ")}.`;
  const sizes = changes.sizes
    .filter(([, , before, after]) => before !== after)
    .sort((one, other) => Math.abs(other[3] - other[2]) - Math.abs(one[3] - one[2]));
  const stated = (value) => (value === null ? el("span", { class: "muted" }, "nothing") : el("code", {}, cut(value, 40)));
  section(
    "changes",
    "Changes",
    `Since ${changes.before.folder} (${changes.before.recipe}, ${changes.before.digest.slice(0, 8)}). ${level} ${plural(changes.same, "row")} ${changes.same === 1 ? "is" : "are"} the same in both.`,
    kinds.length > 0 &&
      el(
        "ul",
        { class: "figures small-figures" },
        kinds.map((kind) =>
          el(
            "li",
            {},
            kind === "removed"
              ? el("b", {}, number(changes.rows[kind]))
              : el("button", { type: "button", class: "link", on: { click: () => pick({ change: kind }) } }, number(changes.rows[kind])),
            el("span", {}, ` ${kind}`),
            el("span", { class: "small" }, WHAT[kind]),
          ),
        ),
      ),
    changes.lines.length > 0 &&
      table(
        ["corpus", "task", ...kinds],
        changes.lines.map((line) => [line.corpus, line.task, ...kinds.map((kind) => line[kind] ?? 0)]),
        { caption: "By corpus and task", most: 14 },
      ),
    sizes.length > 0 &&
      table(
        ["corpus", "task", "rows before", "rows now", "difference"],
        sizes.map(([task, corpus, before, after]) => [
          corpus,
          task,
          before,
          after,
          `${after > before ? "+" : "−"}${number(Math.abs(after - before))}`,
        ]),
        { caption: "Sizes that are not the same", most: 14 },
      ),
    changes.manifest.length > 0 &&
      fold(
        `${plural(changes.manifest.length + changes.more, "statement")} of the manifest ${changes.manifest.length + changes.more === 1 ? "is" : "are"} not the same`,
        table(
          ["what", "name", "before", "now"],
          changes.manifest.map((one) => [one.what, one.name, stated(one.before), stated(one.after)]),
        ),
      ),
  );
}
