import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";
import { TallyReporter } from "./tests/tally-reporter.js";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  // Tests run on the sources: no build is needed, and a failure points into them.
  resolve: {
    alias: [
      { find: "@hdfive/core/plugin", replacement: source("./packages/core/src/model/plugin.ts") },
      { find: /^@hdfive\/filters\/([a-z0-9-]+)$/, replacement: source("./packages/filters/src/$1/index.ts") },
      { find: "@hdfive/format/filters", replacement: source("./packages/format/src/filters/index.ts") },
      { find: "@hdfive/testing/arbitraries", replacement: source("./packages/testing/src/arbitraries.ts") },
      { find: "@hdfive/testing/node", replacement: source("./packages/testing/src/node/index.ts") },
      { find: /^@hdfive\/([a-z-]+)$/, replacement: source("./packages/$1/src/index.ts") },
      { find: /^hdfive$/, replacement: source("./packages/hdfive/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 60_000,
    reporters: [new TallyReporter(), "default"],
  },
});
