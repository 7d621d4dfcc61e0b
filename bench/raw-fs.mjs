/** No library: `readSync` of a dataset's bytes from where the manifest says they are. What no reader can beat. */
import { closeSync, openSync, readFileSync, readSync } from "node:fs";
import { dirname, join } from "node:path";

const PIECE = 1 << 30;

const rawFs = {
  name: "fs",
  version: process.version,
  async init() {},
  open(path) {
    const manifest = JSON.parse(readFileSync(join(dirname(path), "manifest.json"), "utf8"));
    return { descriptor: openSync(path, "r"), ...manifest.contiguous };
  },
  close: ({ descriptor }) => closeSync(descriptor),
  dataset: (file) => file,
  readAll({ descriptor, offset, byteLength }) {
    const bytes = new Uint8Array(byteLength);
    for (let done = 0; done < byteLength; ) {
      done += readSync(descriptor, bytes, done, Math.min(PIECE, byteLength - done), offset + done);
    }
    return new Float64Array(bytes.buffer);
  },
};

// biome-ignore lint/style/noDefaultExport: a contestant, like those of the rig.
export default rawFs;
