import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

const source = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

export default defineConfig({
  resolve: {
    alias: [
      { find: "@hdfive/format/filters", replacement: source("./packages/format/src/filters/index.ts") },
      { find: /^@hdfive\/([a-z-]+)$/, replacement: source("./packages/$1/src/index.ts") },
      { find: /^hdfive$/, replacement: source("./packages/hdfive/src/index.ts") },
    ],
  },
  test: {
    include: ["packages/*/test/**/*.test.ts", "tests/**/*.test.ts"],
    testTimeout: 60_000,
  },
});
