// Facets: what rows can be chosen by, and how many rows each choice leaves. One pass over all rows, on typed arrays of one kind.

const FACETS = {
  task: "Task",
  corpus: "Corpus",
  template: "Wording",
  label: "Label",
  answer: "Answer",
  split: "Split",
  language: "Language",
  change: "Change",
};
const SINGLE = ["task", "corpus", "template", "split", "language", "answer"]; // of these a row has one value; of labels and changes any number
const ANSWERS = ["something", "empty"];

/** The columns that facets look at, all of one kind of array, so that a pass over all rows stays fast. */
function facetColumns(columns) {
  const found = { ...columns, answer: columns.empty };
  return Object.fromEntries([...SINGLE, "labels", "change"].map((name) => [name, Uint32Array.from(found[name])]));
}

/** What is chosen, as tests of a row: one column each for single values, a table of label combinations, a bit of changes. */
function testsOf(names, facets, kinds, chosen) {
  const single = SINGLE.map((name) => {
    const values = names[name] ?? ANSWERS;
    const allowed = chosen[name] === "" ? -1 : values.indexOf(chosen[name]);
    return { name, column: facets[name], allowed, count: new Uint32Array(values.length) };
  });
  const label = chosen.label === "" ? -1 : names.label.indexOf(chosen.label);
  return {
    single,
    held: single.filter((test) => test.allowed >= 0),
    labelled: Uint8Array.from(names.labels, (places) => Number(label < 0 || places.includes(label))),
    bit: chosen.change === "" ? 0 : 1 << kinds.indexOf(chosen.change),
    labels: new Uint32Array(names.labels.length),
    changes: new Uint32Array(1 << kinds.length),
  };
}

/** The rows that all facets choose, those with text first; the counts in `tests` are of what the other facets leave. */
function chosenRows(size, facets, tests, found, isHere) {
  const { single, held, labelled, bit } = tests;
  const { labels, change } = facets;
  const first = new Uint32Array(size);
  const later = new Uint32Array(size);
  let full = 0;
  let bare = 0;
  for (let row = 0; row < size; row += 1) {
    let failed = null;
    let fails = 0;
    for (let n = 0; n < held.length; n += 1) {
      if (held[n].column[row] !== held[n].allowed) {
        fails += 1;
        failed = held[n];
      }
    }
    if (fails > 1 || (found && !found(row))) continue;
    const hasLabel = labelled[labels[row]] === 1;
    const hasChange = bit === 0 || (change[row] & bit) !== 0;
    if (fails === 0 && hasChange) tests.labels[labels[row]] += 1;
    if (fails === 0 && hasLabel) tests.changes[change[row]] += 1;
    if (!hasLabel || !hasChange) continue;
    if (failed) failed.count[failed.column[row]] += 1;
    else {
      if (isHere[row]) first[full++] = row;
      else later[bare++] = row;
      for (let n = 0; n < single.length; n += 1) single[n].count[single[n].column[row]] += 1;
    }
  }
  const rows = new Uint32Array(full + bare);
  rows.set(first.subarray(0, full));
  rows.set(later.subarray(0, bare), full);
  return { rows, full };
}

/** Rows that are chosen, how many of them have text here, and for each facet how many rows each of its values would leave. */
function matching(columns, facets, kinds, chosen, found, isHere) {
  const { names, size } = columns;
  const tests = testsOf(names, facets, kinds, chosen);
  const { rows, full } = chosenRows(size, facets, tests, found, isHere);
  const counts = Object.fromEntries(tests.single.map((test) => [test.name, test.count]));
  counts.label = new Uint32Array(names.label.length);
  tests.labels.forEach((n, place) => names.labels[place].forEach((one) => (counts.label[one] += n)));
  counts.change = kinds.map((_, kind) => tests.changes.reduce((all, n, bits) => all + (bits & (1 << kind) ? n : 0), 0));
  return { rows, full, counts };
}

/** A test of rows for words: in ids, documents, wordings, labels of all, and in the texts of those that are here. */
function searcher(columns, texts, words, elsewhere) {
  const wanted = words.trim().toLowerCase();
  if (!wanted) return null;
  const { names } = columns;
  columns.lower ??= Object.fromEntries(
    ["document", "template", "label"].map((name) => [name, names[name].map((value) => value.toLowerCase())]),
  );
  const hit = (name) => Uint8Array.from(columns.lower[name], (value) => Number(value.includes(wanted)));
  const documents = hit("document");
  const templates = hit("template");
  const labels = hit("label");
  const combined = names.labels.map((places) => places.some((place) => labels[place]));
  const inText = new Set(elsewhere);
  for (const [row, text] of texts) if (text.includes(wanted)) inText.add(row);
  const digits = /^[0-9a-f]{4,32}$/.test(wanted) ? wanted.slice(0, 10) : null;
  const bytes = digits && Uint8Array.from(digits.match(/../g), (pair) => parseInt(pair, 16));
  const isId = (row) => bytes && bytes.every((byte, n) => columns.id[row * 5 + n] === byte) && idOf(columns, row).startsWith(digits);
  return (row) =>
    documents[columns.document[row]] || templates[columns.template[row]] || combined[columns.labels[row]] || inText.has(row) || isId(row);
}
