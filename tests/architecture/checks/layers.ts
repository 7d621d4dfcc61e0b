import { importsOf, packageOf, resolveRelative } from "../imports.js";
import type { Sources, Violation } from "../workspace.js";

const CORE = "packages/core/src/";

/** The layers of core, lowest first. A file imports its own layer and lower ones. */
export const LAYERS: readonly string[] = ["storage", "engine", "array", "pipeline", "model"];

/** Layers that know nothing of the others below them: they import themselves and @hdfive/format only. */
export const CLOSED_LAYERS: readonly string[] = ["array"];

/** Files directly in core/src below all layers. Like a closed layer, but every open layer may import them. */
export const SHARED_FILES: readonly string[] = ["task.ts"];

const SHARED = -1;
const TOP = LAYERS.length;

/** Imports inside core that go up, or that leave a closed layer; and files that stand in no layer. */
export function layerViolations(sources: Sources): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of sources) {
    if (!path.startsWith(CORE)) {
      continue;
    }
    const own = place(path);
    if (own === undefined) {
      violations.push(`${path}:1: stands in no layer (${LAYERS.join(" < ")}), nor is it index.ts or a shared file`);
      continue;
    }
    const layer = LAYERS[own];
    const closed = layer !== undefined && CLOSED_LAYERS.includes(layer);
    for (const { specifier, line } of importsOf(text)) {
      if (!specifier.startsWith(".")) {
        if (closed && packageOf(specifier) !== "@hdfive/format") {
          violations.push(`${path}:${line}: ${layer} may import @hdfive/format only, not "${specifier}"`);
        }
        continue;
      }
      const target = resolveRelative(path, specifier);
      const other = place(target);
      if (other === undefined || other === own) {
        continue; // a file in no layer is reported where it stands
      }
      if (other > own) {
        violations.push(`${path}:${line}: ${name(own)} must not know of ${name(other)} ("${specifier}")`);
      } else if (closed) {
        violations.push(`${path}:${line}: ${layer} imports nothing of core but itself ("${specifier}")`);
      }
    }
  }
  return violations;
}

function place(path: string): number | undefined {
  const inside = path.slice(CORE.length);
  const slash = inside.indexOf("/");
  if (slash < 0) {
    return inside === "index.ts" ? TOP : SHARED_FILES.includes(inside) ? SHARED : undefined;
  }
  const layer = LAYERS.indexOf(inside.slice(0, slash));
  return layer < 0 ? undefined : layer;
}

function name(layer: number): string {
  return LAYERS[layer] ?? (layer === TOP ? "index.ts" : "what all layers share");
}
