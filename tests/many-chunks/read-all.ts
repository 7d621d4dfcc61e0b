import { openStorageSync } from "@hdfive/core";
import { FileStorage } from "@hdfive/node-fs";

/** What reading a dataset whole takes. */
export interface Taken {
  /** Bytes by which the most memory that the process had in use grew. */
  readonly grown: number;
  readonly milliseconds: number;
  /** The elements that are not the fill value: their positions and values. */
  readonly found: readonly (readonly [number, number])[];
}

const FILL = 7;
const peak = (): number => process.resourceUsage().maxRSS * 1024;

const [, , path = ""] = process.argv;
const file = openStorageSync(FileStorage.openSync(path), "r");
const dataset = file.getDatasetSync("x");
const before = peak();
const started = performance.now();
const data = dataset.readSync().data as Uint32Array;
const milliseconds = performance.now() - started;
const grown = peak() - before;
const found: [number, number][] = [];
for (const [i, value] of data.entries()) {
  if (value !== FILL) {
    found.push([i, value]);
  }
}
file.closeSync();
process.stdout.write(JSON.stringify({ grown, milliseconds, found } satisfies Taken));
