import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type FilterCodec, MemoryStorage, type NumericArray, openStorage } from "@hdfive/core";
import h5wasm, { Dataset } from "h5wasm/node";
import { bitshuffleCodec } from "../src/bitshuffle/index.js";
import { bloscCodec } from "../src/blosc/index.js";
import { blosc2Codec } from "../src/blosc2/index.js";
import { bzip2Codec } from "../src/bzip2/index.js";
import { lz4Codec } from "../src/lz4/index.js";
import { zfpCodec } from "../src/zfp/index.js";
import { zstdCodec } from "../src/zstd/index.js";

/** All codecs of the package. */
export const CODECS: readonly FilterCodec[] = [
  bitshuffleCodec,
  bloscCodec,
  blosc2Codec,
  bzip2Codec,
  lz4Codec,
  zfpCodec,
  zstdCodec,
];

/** A dataset that the plugins of libhdf5 are asked to compress. */
export interface PluginDataset {
  readonly name: string;
  readonly data: NumericArray;
  readonly shape: readonly number[];
  readonly chunks: readonly number[];
  readonly filter: number;
  readonly options: readonly number[];
}

/** What libhdf5 stored for one chunk, as the codec got it. */
export interface StoredChunk {
  readonly filter: number;
  readonly bytes: Uint8Array;
  readonly clientData: readonly number[];
  readonly maxSize: number;
}

const folder = mkdtempSync(join(tmpdir(), "hdfive-filters-"));
let files = 0;

/** Removes what the functions below wrote. */
export function removeFiles(): void {
  rmSync(folder, { recursive: true });
}

/** libhdf5 as WebAssembly with the plugins of the HDF Group, which see the machine's files. */
async function library(): Promise<typeof h5wasm> {
  const found = await h5wasm.ready;
  const plugins = join(dirname(createRequire(import.meta.url).resolve("h5wasm-plugins/package.json")), "plugins");
  if (!found.get_plugin_search_paths().includes(plugins)) {
    found.insert_plugin_search_path(plugins, 0);
    found.activate_throwing_error_handler();
  }
  return h5wasm;
}

/** A file with the datasets, compressed by the plugins. */
export async function writeWithPlugins(datasets: readonly PluginDataset[]): Promise<Uint8Array> {
  const { File } = await library();
  const path = join(folder, `${files++}.h5`);
  const file = new File(path, "w");
  for (const { name, data, shape, chunks, filter, options } of datasets) {
    file.create_dataset({
      name,
      data,
      shape: [...shape],
      chunks: [...chunks],
      compression: filter,
      compression_opts: [...options],
    });
  }
  file.close();
  return new Uint8Array(readFileSync(path));
}

/** The values of a dataset as the plugins read them. */
export async function readWithPlugins(image: Uint8Array, names: readonly string[]): Promise<unknown[]> {
  const { File } = await library();
  const path = join(folder, `${files++}.h5`);
  writeFileSync(path, image);
  const file = new File(path, "r");
  const values = names.map((name) => {
    const dataset = file.get(name);
    if (!(dataset instanceof Dataset)) {
      throw new Error(`there is no dataset ${name}`);
    }
    return dataset.value;
  });
  file.close();
  return values;
}

/** The values of datasets as we read them, and the chunks that were decoded for that. */
export async function readOurselves(
  image: Uint8Array,
  names: readonly string[],
): Promise<{ readonly values: readonly unknown[]; readonly chunks: readonly StoredChunk[] }> {
  const chunks: StoredChunk[] = [];
  const filters = CODECS.map(
    (codec): FilterCodec => ({
      ...codec,
      decode(bytes, options) {
        chunks.push({ filter: codec.id, bytes: bytes.slice(), ...options });
        return codec.decode(bytes, options);
      },
    }),
  );
  const file = await openStorage(new MemoryStorage(Uint8Array.from(image)), "r", { filters });
  const values: unknown[] = [];
  for (const name of names) {
    values.push((await (await file.getDataset(name)).read()).data);
  }
  await file.close();
  return { values, chunks };
}
