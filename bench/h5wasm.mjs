/** h5wasm, the C library as WebAssembly, as a contestant of the rig. */
import { readFileSync } from "node:fs";
import { File, ready } from "h5wasm/node";

const { version } = JSON.parse(readFileSync(new URL("../node_modules/h5wasm/package.json", import.meta.url), "utf8"));
const NAMES = { "<f4": "<f", "<f8": "<d", "<i2": "<h", "<i4": "<i" };

function visitAttributes(object, tally) {
  const { attrs } = object;
  for (const name of Object.keys(attrs)) {
    const { value } = attrs[name];
    tally.attrs++;
    if (name === "scale") {
      tally.sum += Number(value.length ? value[0] : value);
    }
  }
}

function visitMembers(group, tally) {
  visitAttributes(group, tally);
  for (const name of group.keys()) {
    const member = group.get(name);
    tally.objects++;
    if (member.type === "Group") {
      visitMembers(member, tally);
    } else {
      // What a handle of ours knows at once is asked for here.
      void member.shape;
      visitAttributes(member, tally);
    }
  }
}

const h5wasm = {
  name: "h5wasm",
  version,
  async init() {
    await ready;
  },
  open: (path) => new File(path, "r"),
  close: (file) => file.close(),
  dataset: (file, path) => file.get(path),
  shape: (dataset) => dataset.shape.map(Number),
  readAll: (dataset) => dataset.value,
  readSlice: (dataset, start, count) => dataset.slice(start.map((first, axis) => [first, first + count[axis]])),
  fieldSum(rows, field) {
    const at = ["id", "x", "y", "flag", "name", "vec"].indexOf(field);
    return rows.reduce((sum, row) => sum + row[at], 0);
  },
  walk(file) {
    const tally = { objects: 0, attrs: 0, sum: 0 };
    visitMembers(file, tally);
    return tally;
  },
  keys: (file, group) => file.get(group).keys(),
  lookup: (file, path) => file.get(path) !== null,
  create: (path, { libver } = {}) =>
    new File(path, "w", { libver: libver === "latest" ? "latest" : ["earliest", "latest"] }),
  closeWrite(file) {
    file.flush();
    file.close();
  },
  createGroup: (file, path) => file.create_group(path.slice(1)),
  createDataset(file, path, { shape, dtype, chunks, maxshape, deflate, shuffle, data = new Float64Array(0) }) {
    if (shuffle) {
      throw new Error("unsupported: h5wasm's create_dataset takes one filter, and shuffle would be a second");
    }
    const options = { name: path.slice(1), shape, dtype: NAMES[dtype], maxshape, chunks, data };
    return file.create_dataset(deflate ? { ...options, compression: "gzip", compression_opts: deflate } : options);
  },
  append(dataset, before, rows, columns) {
    const after = before + rows.length / columns;
    dataset.resize([after, columns]);
    dataset.write_slice(
      [
        [before, after],
        [0, columns],
      ],
      rows,
    );
  },
  setAttr: (object, name, value) => object.create_attribute(name, value),
};

// biome-ignore lint/style/noDefaultExport: the rig takes a contestant from the default export.
export default h5wasm;
