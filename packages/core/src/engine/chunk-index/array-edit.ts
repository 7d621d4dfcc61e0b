import type { ChunkElement } from "@hdfive/format";

/** What an element of an array becomes: `null` where no chunk is stored any more. */
export interface ElementUpdate {
  readonly index: number;
  readonly element: ChunkElement | null;
}

/** Elements `start` up to `start + count` of an array, which one structure holds, and those of them that change. */
export interface LeafUpdate {
  readonly start: number;
  readonly count: number;
  readonly updates: readonly ElementUpdate[];
}

/** Parts updates, ascending by index, by the structure that holds them; `leafOf` tells which elements stand together. */
export function byLeaf(
  updates: readonly ElementUpdate[],
  leafOf: (index: number) => { readonly start: number; readonly count: number },
): LeafUpdate[] {
  const leaves: LeafUpdate[] = [];
  for (let i = 0; i < updates.length; ) {
    const { start, count } = leafOf((updates[i] as ElementUpdate).index);
    let next = i + 1;
    while (next < updates.length && (updates[next] as ElementUpdate).index < start + count) {
      next++;
    }
    leaves.push({ start, count, updates: updates.slice(i, next) });
    i = next;
  }
  return leaves;
}

/** Elements with those changed that an update names; `null` stands for a structure that has not been written. */
export function withUpdates(
  elements: readonly (ChunkElement | null)[] | null,
  { start, count, updates }: LeafUpdate,
): (ChunkElement | null)[] {
  const changed = elements === null ? new Array<ChunkElement | null>(count).fill(null) : [...elements];
  for (const { index, element } of updates) {
    changed[index - start] = element;
  }
  return changed;
}

/** A bitmap with one more bit set; the first bit is the highest of the first byte. File Format Specification, section VII.C. */
export function withBit(bitmap: Uint8Array, bit: number): Uint8Array {
  const changed = bitmap.slice();
  const at = Math.floor(bit / 8);
  changed[at] = (changed[at] as number) | (0x80 >> (bit % 8));
  return changed;
}
