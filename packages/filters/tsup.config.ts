import { defineConfig } from "tsup";
import { base } from "../../tsup.base.ts";

const CODECS = ["bitshuffle", "blosc", "blosc2", "bzip2", "lz4", "zfp", "zstd"];

// Code that several codecs share goes into modules of its own, so that each entry brings what it uses and no more.
export default defineConfig({
  ...base,
  entry: {
    index: "src/index.ts",
    ...Object.fromEntries(CODECS.map((name) => [`${name}/index`, `src/${name}/index.ts`])),
  },
});
