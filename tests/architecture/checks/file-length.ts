import type { Sources, Violation } from "../workspace.js";

/** Past this, a file holds more than one thing: split it by version or by verb. */
export const MAX_LINES = 300;

/** Source files that are too long to be about one structure. */
export function longFiles(sources: Sources, maxLines: number = MAX_LINES): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [path, { source }] of sources) {
    const lines = source.trimEnd().split("\n").length;
    if (lines > maxLines) {
      violations.push(`${path}:${lines}: ${lines} lines, ${maxLines} are allowed`);
    }
  }
  return violations;
}
