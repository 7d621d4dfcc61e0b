import type { Options } from "tsup";

/** The build every package shares: ESM for ES2022; types are emitted by `tsc`. */
export const base: Options = {
  entry: ["src/index.ts"],
  format: ["esm"],
  dts: false,
  clean: true,
  sourcemap: true,
  target: "es2022",
  treeshake: true,
};
