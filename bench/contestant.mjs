/**
 * hdfive as a contestant of the rig: bulk data by the methods that wait, everything small by their `Sync` twins, as a
 * program for Node would have it. With HDFIVE_BENCH_SYNC=1 bulk data goes by the `Sync` twins too.
 *
 * HDFIVE_BENCH_LIBRARY names another build of the library to measure instead of the one in this workspace.
 */
const { openSync, slice, string } = await import(process.env.HDFIVE_BENCH_LIBRARY ?? "hdfive");

const sync = process.env.HDFIVE_BENCH_SYNC === "1";
/** Selections of fewer elements are read without waiting. */
const SMALL = 65536;
const NAMES = { str: string(), "<f4": "<f4", "<f8": "<f8", "<i2": "<i2", "<i4": "<i4" };

const flat = ({ data }) => data;

function selectionOf(start, count) {
  return start.map((first, axis) => slice(first, first + count[axis]));
}

function visitAttributes(object, tally) {
  for (const [name, value] of object.attrs.entriesSync()) {
    tally.attrs++;
    if (name === "scale") {
      tally.sum += Number(value);
    }
  }
}

const hdfive = {
  name: sync ? "hdfive (sync)" : "hdfive",
  version: "workspace",
  async init() {},
  open: (path) => openSync(path, "r"),
  close: (file) => file.closeSync(),
  dataset: (file, path) => file.getDatasetSync(path),
  shape: (dataset) => [...dataset.shape],
  readAll: (dataset) => (sync ? flat(dataset.readSync()) : dataset.read().then(flat)),
  readSlice(dataset, start, count) {
    const selection = selectionOf(start, count);
    const isSmall = count.reduce((product, extent) => product * extent, 1) < SMALL;
    return sync || isSmall ? flat(dataset.readSync(selection)) : dataset.read(selection).then(flat);
  },
  fieldSum: (rows, field) => rows.field(field).data.reduce((sum, value) => sum + value, 0),
  walk(file) {
    const tally = { objects: 0, attrs: 0, sum: 0 };
    visitAttributes(file, tally);
    for (const [, object] of file.walkSync()) {
      tally.objects++;
      visitAttributes(object, tally);
    }
    return tally;
  },
  keys: (file, group) => file.getGroupSync(group).keysSync(),
  lookup: (file, path) => file.hasSync(path),
  // The peers leave it to the system when the medium gets the bytes.
  create: (path) => openSync(path, "w", { fsync: false }),
  closeWrite: (file) => (sync ? file.closeSync() : file.close()),
  createGroup: (file, path) => file.createGroupSync(path),
  createDataset(file, path, { shape, dtype, chunks, maxshape, deflate, shuffle, data }) {
    const options = { shape, dtype: NAMES[dtype], chunks, maxShape: maxshape, shuffle, data };
    const whole = deflate ? { ...options, compression: "gzip", compressionOptions: deflate } : options;
    return sync || !(data?.length >= SMALL) ? file.createDatasetSync(path, whole) : file.createDataset(path, whole);
  },
  append: (dataset, _before, rows) => dataset.appendSync(rows),
  setAttr: (object, name, value) => object.attrs.setSync(name, value),
};

// biome-ignore lint/style/noDefaultExport: the rig takes a contestant from the default export.
export default hdfive;
