import { lineOf, type SourceText } from "./source-text.js";

/** One place where a module names another one. */
export interface Import {
  readonly specifier: string;
  readonly line: number;
}

const PATTERNS = [/\bfrom\s*(?=["'])/g, /\bimport\s*(?=["'])/g, /\b(?:import|require)\s*\(\s*(?=["'])/g];

/** Every module that a source names: static, type-only, side-effect and dynamic imports, and re-exports. */
export function importsOf(text: SourceText): readonly Import[] {
  const found: Import[] = [];
  for (const pattern of PATTERNS) {
    for (const match of text.code.matchAll(pattern)) {
      const specifier = text.strings.get(match.index + match[0].length);
      if (specifier !== undefined) {
        found.push({ specifier, line: lineOf(text, match.index) });
      }
    }
  }
  return found.sort((a, b) => a.line - b.line);
}

/** `./b.js` seen from `packages/x/src/a.ts` is `packages/x/src/b.ts`. */
export function resolveRelative(from: string, specifier: string): string {
  const parts = from.split("/").slice(0, -1);
  for (const part of specifier.split("/")) {
    if (part === "..") {
      parts.pop();
    } else if (part !== ".") {
      parts.push(part);
    }
  }
  return parts.join("/").replace(/\.js$/, ".ts");
}

/** The package of a bare specifier: `@hdfive/format` for `@hdfive/format/filters`. */
export function packageOf(specifier: string): string {
  return specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");
}
