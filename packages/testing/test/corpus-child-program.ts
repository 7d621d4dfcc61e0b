import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** Puts the program of the processes that read files, as it stands in the sources, into a folder of its own. */
export async function buildCorpusChild(): Promise<string> {
  const outDir = mkdtempSync(join(tmpdir(), "hdfive-child-"));
  await build({
    configFile: false,
    logLevel: "error",
    resolve: {
      alias: [
        { find: "@hdfive/core/plugin", replacement: source("core/src/model/plugin.ts") },
        { find: "@hdfive/format/filters", replacement: source("format/src/filters/index.ts") },
        { find: /^@hdfive\/([a-z-]+)$/, replacement: source("$1/src/index.ts") },
      ],
    },
    ssr: { noExternal: true },
    build: {
      ssr: source("testing/src/node/corpus-child.ts"),
      outDir,
      emptyOutDir: false,
      minify: false,
      rollupOptions: { output: { entryFileNames: "child.mjs", format: "es" } },
    },
  });
  return join(outDir, "child.mjs");
}
