import { defineConfig } from "tsup";
import { base } from "../../tsup.base.ts";

export default defineConfig({
  ...base,
  entry: {
    index: "src/index.ts",
    arbitraries: "src/arbitraries.ts",
    "node/index": "src/node/index.ts",
    "node/corpus-child": "src/node/corpus-child.ts",
  },
});
