import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const source = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** Puts a program of the tests, and the library as it stands in the sources, into one file of a folder that Node can run. */
export async function buildProgram(path: string, outDir: string): Promise<string> {
  await build({
    configFile: false,
    logLevel: "error",
    resolve: {
      alias: [
        { find: "@hdfive/core/plugin", replacement: source("packages/core/src/model/plugin.ts") },
        { find: /^@hdfive\/filters\/([a-z0-9-]+)$/, replacement: source("packages/filters/src/$1/index.ts") },
        { find: "@hdfive/format/filters", replacement: source("packages/format/src/filters/index.ts") },
        { find: /^@hdfive\/([a-z-]+)$/, replacement: source("packages/$1/src/index.ts") },
      ],
    },
    ssr: { noExternal: true },
    build: {
      ssr: source(path),
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: "program.mjs" } },
    },
  });
  return join(outDir, "program.mjs");
}
