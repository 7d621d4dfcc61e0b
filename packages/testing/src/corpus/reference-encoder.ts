import { AttributeReference, type DataspaceSelection, type ObjectReference, RegionReference } from "@hdfive/core";
import type { ReferenceType } from "@hdfive/format";
import type { ByteSink } from "./byte-sink.js";
import type { EncoderContext } from "./encoded-elements.js";

const LETTERS = { all: "A", none: "N", points: "P", hyperslab: "H", blocks: "H" } as const;

/** Puts one reference: the rules under "reference" in the README of the corpus. */
export function putReference(
  value: ObjectReference | RegionReference | AttributeReference,
  { kind }: ReferenceType,
  context: EncoderContext,
  sink: ByteSink,
): void {
  const revised = kind !== "object" && kind !== "region";
  if (revised) {
    if (value.isNull) {
      sink.bytes(Uint8Array.of(0));
      return;
    }
    putLetter(value instanceof RegionReference ? "R" : value instanceof AttributeReference ? "T" : "O", sink);
    putText(value.fileName ?? "", sink);
  }
  putText(value.isNull ? "" : context.pathOf(value.address), sink);
  if (value instanceof RegionReference && !value.isNull) {
    putSelection(value.selection, context.shapeOf(value.address), sink);
  }
  if (value instanceof AttributeReference) {
    putText(value.attribute, sink);
  }
}

function putText(text: string, sink: ByteSink): void {
  const bytes = new TextEncoder().encode(text);
  sink.u32(bytes.length);
  sink.bytes(bytes);
}

function putLetter(letter: string, sink: ByteSink): void {
  sink.bytes(new TextEncoder().encode(letter));
}

/** Kind, rank, number of elements and the box around them, which there is none of without a limit. The blocks of libhdf5 do not overlap. */
function putSelection(selection: DataspaceSelection, shape: readonly number[], sink: ByteSink): void {
  putLetter(LETTERS[selection.kind], sink);
  sink.u32(shape.length);
  if (selection.kind === "hyperslab" && [...selection.count, ...selection.block].includes(null)) {
    sink.integer(2n ** 64n - 1n, 8);
    return;
  }
  const boxes = boxesOf(selection, shape);
  const total = boxes.reduce((sum, box) => sum + volume(box), 0);
  sink.integer(total, 8);
  if (selection.kind === "all" || selection.kind === "none" || total === 0) {
    return;
  }
  for (const axis of shape.keys()) {
    sink.integer(Math.min(...boxes.map((box) => box.first[axis] as number)), 8);
  }
  for (const axis of shape.keys()) {
    sink.integer(Math.max(...boxes.map((box) => box.last[axis] as number)), 8);
  }
}

interface Box {
  readonly first: readonly number[];
  readonly last: readonly number[];
  /** Elements on each axis, where they are not all between the first and the last. */
  readonly counts?: readonly number[];
}

function volume({ first, last, counts }: Box): number {
  return first.reduce((product, start, axis) => product * (counts?.[axis] ?? (last[axis] as number) - start + 1), 1);
}

function boxesOf(selection: DataspaceSelection, shape: readonly number[]): readonly Box[] {
  switch (selection.kind) {
    case "none":
      return [];
    case "all":
      return [{ first: shape.map(() => 0), last: shape.map((extent) => extent - 1) }];
    case "points":
      return groups(selection.coordinates, selection.rank).map((point) => ({ first: point, last: point }));
    case "blocks":
      return groups(selection.corners, 2 * selection.rank).map((ends) => ({
        first: ends.slice(0, selection.rank),
        last: ends.slice(selection.rank),
      }));
    case "hyperslab": {
      const { start, stride, count, block } = selection;
      const sides = block.map((side) => side ?? 0);
      return [
        {
          first: start,
          last: start.map(
            (first, i) => first + ((count[i] ?? 0) - 1) * (stride[i] as number) + (sides[i] as number) - 1,
          ),
          counts: sides.map((side, i) => side * (count[i] ?? 0)),
        },
      ];
    }
  }
}

function groups(numbers: Float64Array, size: number): number[][] {
  return Array.from({ length: numbers.length / size }, (_, i) =>
    Array.from(numbers.subarray(i * size, (i + 1) * size)),
  );
}
