import { exportedDeclarations } from "../exports.js";
import { lineOf, type SourceText } from "../source-text.js";
import type { Sources, Violation } from "../workspace.js";

/** Exported declarations without a docblock right above them. Overloads share the docblock of the first. */
export function undocumentedExports(sources: Sources): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of sources) {
    const seen = new Set<string>();
    for (const { name, kind, offset } of exportedDeclarations(text)) {
      if (!seen.has(name) && !hasDocblock(text, offset)) {
        violations.push(`${path}:${lineOf(text, offset)}: exported ${kind} ${name} has no docblock`);
      }
      seen.add(name);
    }
  }
  return violations;
}

function hasDocblock(text: SourceText, offset: number): boolean {
  const above = text.comments.findLast((comment) => comment.end <= offset);
  return (
    above !== undefined &&
    text.source.slice(above.end, offset).trim() === "" &&
    /^\/\*\*[\s*]*[^\s*@/]/.test(above.text)
  );
}
