/** An array of one or two axes as rows of numbers, right-aligned under each other; others as nested lists. */
export function values(array) {
  const nested = array.toNested();
  if (array.rank > 2) {
    return JSON.stringify(nested);
  }
  const rows = array.rank === 2 ? nested : [array.rank === 1 ? nested : [nested]];
  const cells = rows.map((row) => row.map(String));
  const width = Math.max(0, ...cells.flat().map((cell) => cell.length));
  return cells.map((row) => `[ ${row.map((cell) => cell.padStart(width)).join("  ")} ]`).join("\n");
}

/** A shape as h5py prints it. */
export function shape(extents) {
  return `(${extents.map((extent) => extent ?? "unlimited").join(", ")})`;
}
