import type { AxisSelection } from "./selection.js";

/** The index on its axis of what stands at a position of the result. */
export function indexAt(axis: AxisSelection, position: number): number {
  switch (axis.kind) {
    case "range":
      return axis.start + position * axis.step;
    case "list":
      return axis.indices[position] as number;
    case "blocks": {
      const inside = position % axis.block;
      return axis.start + ((position - inside) / axis.block) * axis.stride + inside;
    }
  }
}
