import type { SourceText } from "./source-text.js";

/** A declaration that a module exports where it stands. */
export interface Declaration {
  readonly name: string;
  readonly kind: string;
  readonly offset: number;
}

/** A name that a module exports from elsewhere, or from a declaration without `export`. */
export interface NamedExport {
  /** The name inside the module it comes from. */
  readonly local: string;
  readonly name: string;
  /** The module it comes from; undefined: this one. */
  readonly from: string | undefined;
}

const KEYWORD = String.raw`(?:declare\s+)?(?:async\s+)?(?:abstract\s+)?(function|class|interface|type|const|let|var|enum)\b\s*\*?\s*`;
const EXPORTED = new RegExp(String.raw`\bexport\s+${KEYWORD}([A-Za-z_$][\w$]*)`, "g");
const LISTED = /\b(import|export)\s+(?:type\s+)?\{([^}]*)\}(\s*from\s*(?=["']))?/g;
const STARRED = /\bexport\s+(?:type\s+)?\*\s*(?:as\s+([\w$]+)\s+)?from\s*(?=["'])/g;

/** What a module declares and exports in one, in the order of the file. */
export function exportedDeclarations(text: SourceText): readonly Declaration[] {
  const found: Declaration[] = [];
  for (const match of text.code.matchAll(EXPORTED)) {
    if (text.depth[match.index] === 0) {
      found.push({ kind: match[1] as string, name: match[2] as string, offset: match.index });
    }
  }
  return found;
}

/** The declaration of a name at the top of a module, exported or not. */
export function topLevelDeclaration(text: SourceText, name: string): Declaration | undefined {
  const pattern = new RegExp(String.raw`\b${KEYWORD}${name.replaceAll("$", "\\$")}(?![\w$])`, "g");
  for (const match of text.code.matchAll(pattern)) {
    if (text.depth[match.index] === 0) {
      return { kind: match[1] as string, name, offset: match.index };
    }
  }
  return undefined;
}

/** The lists `import { … }` or `export { … }` of a module, name by name. */
export function listedNames(text: SourceText, keyword: "import" | "export"): readonly NamedExport[] {
  const found: NamedExport[] = [];
  for (const match of text.code.matchAll(LISTED)) {
    if (match[1] !== keyword) {
      continue;
    }
    const from = match[3] === undefined ? undefined : text.strings.get(match.index + match[0].length);
    for (const item of (match[2] as string).split(",")) {
      const words = item
        .trim()
        .replace(/^type\s+(?=\S)/, "")
        .split(/\s+as\s+/);
      const local = words[0] as string;
      if (local !== "") {
        found.push({ local, name: words[1] ?? local, from });
      }
    }
  }
  return found;
}

/** The `export * from` of a module; `name` for `export * as name from`. */
export function starredModules(text: SourceText): readonly { from: string; name: string | undefined }[] {
  const found: { from: string; name: string | undefined }[] = [];
  for (const match of text.code.matchAll(STARRED)) {
    const from = text.strings.get(match.index + match[0].length);
    if (from !== undefined) {
      found.push({ from, name: match[1] });
    }
  }
  return found;
}
