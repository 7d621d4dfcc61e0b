/**
 * The tasks that are ours, over what a contestant can do. Each answers with a value that all contestants must agree on.
 * `base` is who counts as 1.
 */
const MIB = 1 << 20;

/** Data with about twelve bits of information per value, which compresses as measurements do. */
export function measurements(count) {
  const values = new Float32Array(count);
  let seed = 1;
  for (let i = 0; i < count; i++) {
    seed = (Math.imul(seed, 1664525) + 1013904223) >>> 0;
    values[i] = Math.round((280 + 15 * Math.sin(i / 5000) + seed / 2 ** 34) * 1000) / 1000;
  }
  return values;
}

/** A value that differs when values or their order do, from about a thousand places. */
export function fingerprint(values) {
  const step = Math.max(1, Math.floor(values.length / 997));
  let sum = values.length;
  for (let i = 0; i < values.length; i += step) {
    sum = (sum * 31 + Number(values[i])) % 1e9;
  }
  return sum;
}

function readTask({ what, file, base }) {
  return {
    what,
    base,
    file,
    contestants: base === "fs" ? ["fs", "h5py", "h5wasm", "hdfive"] : ["h5py", "h5wasm", "hdfive"],
    async run(contestant, { path }) {
      const file = await contestant.open(path);
      const values = await contestant.readAll(await contestant.dataset(file, "/data"));
      await contestant.close(file);
      return () => fingerprint(values);
    },
  };
}

function writeTask({ what, options, contestants = ["h5py", "h5wasm", "hdfive"] }) {
  return {
    what,
    base: "h5py",
    contestants,
    prepare: ({ mib }) => measurements((mib * MIB) / 4),
    async run(contestant, { path, prepared }) {
      const file = await contestant.create(path, {});
      const shape = options.chunks === undefined ? [prepared.length] : [prepared.length / 65536, 256, 256];
      await contestant.createDataset(file, "/data", { shape, dtype: "<f4", data: prepared, ...options });
      await contestant.closeWrite(file);
      return () => prepared.length;
    },
  };
}

const CHUNKS = [16, 64, 64];

export const TASKS = {
  "contiguous.read": readTask({ what: "contiguous f64, all of it", file: "contiguous.h5", base: "fs" }),
  "contiguous.write": writeTask({ what: "contiguous f32", options: {} }),
  "chunked.read": readTask({ what: "chunked f32, no filter", file: "chunked.h5", base: "h5py" }),
  "chunked.write": writeTask({ what: "chunked f32, no filter", options: { chunks: CHUNKS } }),
  "deflate.read": readTask({ what: "f32, deflate 4 + shuffle", file: "deflate.h5", base: "h5py" }),
  "deflate.write": writeTask({
    what: "f32, deflate 4 + shuffle",
    options: { chunks: CHUNKS, deflate: 4, shuffle: true },
    contestants: ["h5py", "hdfive"],
  }),
  "deflate-alone.write": writeTask({ what: "f32, deflate 4", options: { chunks: CHUNKS, deflate: 4 } }),
  "groups.walk": {
    what: "10,000 groups, each opened",
    base: "h5py",
    file: "groups.h5",
    contestants: ["h5py", "h5wasm", "hdfive"],
    async run(contestant, { path }) {
      const file = await contestant.open(path);
      const { objects } = await contestant.walk(file);
      await contestant.close(file);
      return () => objects;
    },
  },
  "rows.append": {
    what: "one-row appends to (n, 16) f64",
    base: "h5py",
    contestants: ["h5py", "h5wasm", "hdfive"],
    async run(contestant, { path, rows }) {
      const file = await contestant.create(path, {});
      const options = { shape: [0, 16], dtype: "<f8", chunks: [1024, 16], maxshape: [null, 16] };
      const dataset = await contestant.createDataset(file, "/data", options);
      const row = Float64Array.from({ length: 16 }, (_, i) => i);
      for (let i = 0; i < rows; i++) {
        row[0] = i;
        const appended = contestant.append(dataset, i, row, 16);
        if (appended instanceof Promise) {
          await appended;
        }
      }
      await contestant.closeWrite(file);
      return () => rows;
    },
  },
};
