import { importsOf, resolveRelative } from "../imports.js";
import type { Sources, Violation } from "../workspace.js";

/**
 * Files that need each other, types included: a third file is missing where two know each other.
 * Each cycle is reported once, from the file of it that comes first.
 */
export function importCycles(sources: Sources): readonly Violation[] {
  const violations: Violation[] = [];
  const state = new Map<string, "open" | "done">();
  const trail: string[] = [];
  const visit = (path: string): void => {
    state.set(path, "open");
    trail.push(path);
    const text = sources.get(path);
    for (const { specifier, line } of text === undefined ? [] : importsOf(text)) {
      const target = specifier.startsWith(".") ? resolveRelative(path, specifier) : undefined;
      if (target === undefined || !sources.has(target)) {
        continue;
      }
      if (state.get(target) === "open") {
        const cycle = [...trail.slice(trail.indexOf(target)), target];
        violations.push(`${path}:${line}: import cycle ${cycle.join(" -> ")}`);
      } else if (!state.has(target)) {
        visit(target);
      }
    }
    trail.pop();
    state.set(path, "done");
  };
  for (const path of sources.keys()) {
    if (!state.has(path)) {
      visit(path);
    }
  }
  return violations;
}
