import { exportedDeclarations, listedNames, starredModules, topLevelDeclaration } from "../exports.js";
import { resolveRelative } from "../imports.js";
import type { Sources } from "../workspace.js";

/** Path of the index of a module specifier that is not relative: `@hdfive/core` -> `packages/core/src/index.ts`. */
function moduleIndex(specifier: string): string {
  const [folder, ...inside] = specifier.replace(/^@hdfive\//, "").split("/");
  return ["packages", folder, "src", ...inside, "index.ts"].join("/");
}

function target(from: string, specifier: string): string {
  return specifier.startsWith(".") ? resolveRelative(from, specifier) : moduleIndex(specifier);
}

/** What a module exports: name to kind (`function`, `class`, `const`, `interface`, `type`; `const, type` for both). */
export function exportedNames(sources: Sources, path: string, trail: readonly string[] = []): Map<string, string> {
  const names = new Map<string, string>();
  const text = sources.get(path);
  if (text === undefined || trail.includes(path)) {
    return names;
  }
  const inner = [...trail, path];
  const add = (name: string, kind: string): void => {
    const kinds = new Set([...(names.get(name)?.split(", ") ?? []), kind]);
    names.set(name, [...kinds].sort().join(", "));
  };
  for (const { from, name } of starredModules(text)) {
    if (name !== undefined) {
      add(name, "namespace");
      continue;
    }
    for (const [inside, kind] of exportedNames(sources, target(path, from), inner)) {
      add(inside, kind);
    }
  }
  for (const { name, kind } of exportedDeclarations(text)) {
    add(name, kind);
  }
  for (const { local, name, from } of listedNames(text, "export")) {
    const imported = listedNames(text, "import").find((entry) => entry.name === local);
    const declared = from === undefined ? topLevelDeclaration(text, local)?.kind : undefined;
    const source = from ?? imported?.from;
    const kind =
      declared ??
      (source === undefined
        ? undefined
        : exportedNames(sources, target(path, source), inner).get(
            from === undefined ? (imported?.local ?? local) : local,
          ));
    add(name, kind ?? "external");
  }
  return names;
}

/** The public names of a package, sorted, one a line with its kind. */
export function publicNames(sources: Sources, index: string): string {
  const lines = [...exportedNames(sources, index)].map(([name, kind]) => `${name}: ${kind}`);
  return `${lines.sort().join("\n")}\n`;
}
