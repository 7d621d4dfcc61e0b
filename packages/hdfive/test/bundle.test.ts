import { fileURLToPath } from "node:url";
import { build, type Rollup } from "vite";
import { describe, expect, it } from "vitest";

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** What stands in the code of each codec and nowhere else: the structures that its errors name. */
const MARKS: Readonly<Record<string, string>> = {
  bitshuffle: "bitshuffle filter",
  blosc: "Blosc chunk",
  blosc2: "Blosc2 frame",
  bzip2: "bzip2 stream",
  lz4: "LZ4 filter",
  zfp: "ZFP stream",
  zstd: "Zstandard frame",
};

/** A program of one line, bundled for browsers from the sources. */
async function bundle(program: string): Promise<readonly Rollup.OutputChunk[]> {
  const entry = "\0program";
  const result = await build({
    configFile: false,
    logLevel: "silent",
    plugins: [
      {
        name: "program",
        resolveId: (id) => (id === "program" ? entry : null),
        load: (id) => (id === entry ? program : null),
      },
    ],
    resolve: {
      alias: [
        { find: /^@hdfive\/filters\/([a-z0-9-]+)$/, replacement: source("filters/src/$1/index.ts") },
        { find: "@hdfive/core/plugin", replacement: source("core/src/model/plugin.ts") },
        { find: "@hdfive/format/filters", replacement: source("format/src/filters/index.ts") },
        { find: /^@hdfive\/([a-z-]+)$/, replacement: source("$1/src/index.ts") },
        { find: /^hdfive$/, replacement: source("hdfive/src/browser.ts") },
        { find: "fflate", replacement: fileURLToPath(import.meta.resolve("fflate")) },
      ],
    },
    build: { write: false, minify: true, rollupOptions: { input: "program", preserveEntrySignatures: "strict" } },
  });
  const [output] = [result].flat();
  if (output === undefined || !("output" in output)) {
    throw new Error("there is no bundle");
  }
  return output.output.filter((part): part is Rollup.OutputChunk => part.type === "chunk");
}

/** The code that is loaded with the program: its entry and what that imports at once. */
function atOnce(chunks: readonly Rollup.OutputChunk[]): string {
  const wanted = chunks.filter(({ isEntry }) => isEntry);
  for (const chunk of wanted) {
    for (const name of chunk.imports) {
      const found = chunks.find(({ fileName }) => fileName === name);
      if (found !== undefined && !wanted.includes(found)) {
        wanted.push(found);
      }
    }
  }
  return wanted.map(({ code }) => code).join("\n");
}

const namesIn = (code: string): string[] => Object.keys(MARKS).filter((name) => code.includes(MARKS[name] as string));

describe("a bundle", () => {
  it("of hdfive loads the codecs of filters when they are needed, and runs under a strict security policy", async () => {
    const chunks = await bundle('export { open } from "hdfive";');
    expect(namesIn(atOnce(chunks))).toEqual([]);
    const all = chunks.map(({ code }) => code).join("\n");
    expect(namesIn(all)).toEqual(Object.keys(MARKS));
    expect(all).not.toMatch(/\beval\s*\(|new Function\b|WebAssembly/);
  });

  it.each([
    ["lz4", ["lz4"]],
    ["zfp", ["zfp"]],
    ["zstd", ["zstd"]],
    ["bzip2", ["bzip2"]],
    ["bitshuffle", ["bitshuffle", "zstd"]],
  ])("of the codec %s alone holds %j", async (name, expected) => {
    const chunks = await bundle(`export * from "@hdfive/filters/${name}";`);
    expect(namesIn(chunks.map(({ code }) => code).join("\n"))).toEqual(expected);
    expect(chunks).toHaveLength(1);
    expect(chunks[0]?.code.length).toBeLessThan(30_000);
  });
});
