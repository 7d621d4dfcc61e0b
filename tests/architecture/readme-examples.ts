import { importsOf, packageOf } from "./imports.js";
import { sourceText } from "./source-text.js";

/** A block of code in a page, as it is to be run. */
export interface Example {
  /** `README.md:12`, where the block opens. */
  readonly where: string;
  readonly language: "ts" | "js";
  readonly code: string;
}

const FENCE = /^(?:```|~~~)[ \t]*([\w-]*)[^\n]*\n([\s\S]*?)^(?:```|~~~)[ \t]*$/gm;

/** The blocks of a Markdown page that are marked `ts` or `js` (or their long names): those that must run as they stand. */
export function examplesOf(path: string, markdown: string): readonly Example[] {
  const found: Example[] = [];
  for (const match of markdown.matchAll(FENCE)) {
    const language = /^(?:ts|typescript|mts)$/.test(match[1] as string)
      ? "ts"
      : /^(?:js|javascript|mjs)$/.test(match[1] as string)
        ? "js"
        : undefined;
    if (language !== undefined) {
      const line = markdown.slice(0, match.index).split("\n").length;
      found.push({ where: `${path}:${line}`, language, code: match[2] as string });
    }
  }
  return found;
}

/** The folders of the workspace's packages that an example imports. */
export function importedPackages(example: Example): readonly string[] {
  const names = importsOf(sourceText(example.code)).map(({ specifier }) => packageOf(specifier));
  return names
    .filter((name) => name === "hdfive" || name.startsWith("@hdfive/"))
    .map((name) => name.replace("@hdfive/", ""));
}
