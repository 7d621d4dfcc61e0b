import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type SourceText, sourceText } from "./source-text.js";

/** Sources by their path from the root of the repository, with `/`. Every check is a function of this. */
export type Sources = ReadonlyMap<string, SourceText>;

/** What a check found: `path:line: what is wrong`. */
export type Violation = string;

/** The root of the repository, as a path. */
export const ROOT: string = fileURLToPath(new URL("../../", import.meta.url));

/** The packages there are, by folder. */
export const PACKAGES: readonly string[] = readdirSync(`${ROOT}packages`, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map((entry) => entry.name)
  .sort();

/** Text of a file of the repository. */
export function readText(path: string): string {
  return readFileSync(ROOT + path, "utf8");
}

/** The sources of all packages: `packages/X/src/…`. */
export function packageSources(): Sources {
  const sources = new Map<string, SourceText>();
  for (const name of PACKAGES) {
    const folder = `packages/${name}/src`;
    for (const path of readdirSync(ROOT + folder, { recursive: true, encoding: "utf8" }).sort()) {
      if (path.endsWith(".ts")) {
        const key = `${folder}/${path.replaceAll("\\", "/")}`;
        sources.set(key, sourceText(readText(key)));
      }
    }
  }
  return sources;
}

/** Packages that export something; one that is only laid out yet is not asked what it exports and depends on. */
export function startedPackages(sources: Sources): readonly string[] {
  return PACKAGES.filter((name) => {
    const index = sources.get(`packages/${name}/src/index.ts`);
    return index !== undefined && index.code.replace(/export\s*\{\s*\};/, "").trim() !== "";
  });
}

/** Sources that stand in a test: `{ path: text }`. */
export function fixture(files: Readonly<Record<string, string>>): Sources {
  return new Map(Object.entries(files).map(([path, source]) => [path, sourceText(source)]));
}

/** The part of a path that names its package: `core` of `packages/core/src/…`. */
export function packageFolder(path: string): string {
  return path.split("/")[1] as string;
}
