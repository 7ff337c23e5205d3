// The light columns of all rows: unpacked once, then typed arrays.

async function unpacked(id) {
  const raw = Uint8Array.from(atob(byId(id).textContent), (letter) => letter.charCodeAt(0));
  const stream = new Blob([raw]).stream().pipeThrough(new DecompressionStream("deflate"));
  return new Response(stream).arrayBuffer();
}

async function unpackedJson(id) {
  return JSON.parse(new TextDecoder().decode(await unpacked(id)));
}

/** Columns by name: typed arrays, of which each number is a value or a place among `names[column]`. */
async function readColumns(facts) {
  const [buffer, names] = await Promise.all([unpacked("columns"), unpackedJson("names")]);
  const kinds = { 1: Uint8Array, 2: Uint16Array, 4: Uint32Array };
  const size = facts.composition.reduce((rows, line) => rows + line[3], 0);
  const columns = { names, size };
  for (const { name, width, at } of facts.columns) {
    columns[name] = name === "id" ? new Uint8Array(buffer, at, size * width) : new kinds[width](buffer, at, size);
  }
  return columns;
}

/** The first ten hex digits of a row's id; empty for one that is under agreement. */
function idOf(columns, row) {
  const digits = columns.id.subarray(row * 5, row * 5 + 5);
  return digits.every((byte) => byte === 0) ? "" : [...digits].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The row whose id begins with ten hex digits; -1 if there is none. */
function rowOf(columns, digits) {
  for (let row = 0; row < columns.size; row += 1) if (idOf(columns, row) === digits) return row;
  return -1;
}
