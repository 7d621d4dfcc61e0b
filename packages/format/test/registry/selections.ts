import fc from "fast-check";
import type { DataspaceSelection, StoredSelection } from "../../src/selection/dataspace-selection.js";
import { storedSelection } from "../../src/selection/stored-selection.js";
import { entry, type RegistryEntry } from "./entry.js";

type Size = 2 | 4 | 8;

const rank = fc.integer({ min: 1, max: 4 });
/** Numbers of a size that are not all ones, which would say "unlimited". */
const below = (size: Size): fc.Arbitrary<number> => fc.maxSafeNat().map((n) => n % Math.min(256 ** size - 1, 2 ** 52));

const points = (size: Size): fc.Arbitrary<DataspaceSelection> =>
  rank.chain((axes) =>
    fc
      .array(fc.array(below(size), { minLength: axes, maxLength: axes }), { maxLength: 5 })
      .map((found) => ({ kind: "points", rank: axes, coordinates: Float64Array.from(found.flat()) })),
  );

const blocks = (size: Size): fc.Arbitrary<DataspaceSelection> =>
  rank.chain((axes) =>
    fc
      .array(fc.array(fc.tuple(below(size), below(size)), { minLength: axes, maxLength: axes }), { maxLength: 5 })
      .map((found) => ({
        kind: "blocks",
        rank: axes,
        corners: Float64Array.from(
          found.flatMap((block) => [
            ...block.map(([a, b]) => Math.min(a, b)),
            ...block.map(([a, b]) => Math.max(a, b)),
          ]),
        ),
      })),
  );

const regular = (size: Size): fc.Arbitrary<DataspaceSelection> =>
  fc
    .array(
      fc.tuple(below(size), below(size), below(size), fc.option(below(size))).map(([start, a, b, count]) => {
        const [block, stride] = [Math.min(a, b), Math.max(a, b, 1)];
        return [start, stride, count, block] as const;
      }),
      { minLength: 1, maxLength: 4 },
    )
    .map((axes) => ({
      kind: "hyperslab",
      start: axes.map(([start]) => start),
      stride: axes.map(([, stride]) => stride),
      count: axes.map(([, , count]) => count),
      block: axes.map(([, , , block]) => block),
    }));

const stored = (version: 1 | 2 | 3, numberSize: Size, of: fc.Arbitrary<DataspaceSelection>) =>
  of.map((selection): StoredSelection => ({ version, numberSize, selection }));

/** Selections in all their versions. */
export const anySelection: fc.Arbitrary<StoredSelection> = fc.oneof(
  fc.constantFrom<StoredSelection>(
    { version: 1, numberSize: 4, selection: { kind: "none" } },
    { version: 1, numberSize: 4, selection: { kind: "all" } },
  ),
  stored(1, 4, points(4)),
  stored(1, 4, blocks(4)),
  stored(2, 8, regular(8)),
  stored(2, 8, blocks(8)),
  ...([2, 4, 8] as const).flatMap((size) => [
    stored(2, size, points(size)),
    stored(3, size, regular(size)),
    stored(3, size, blocks(size)),
  ]),
);

/** Selections of dataspaces. */
export const selectionEntries: readonly RegistryEntry[] = [
  entry({
    name: "dataspace-selection",
    codec: storedSelection,
    arbitrary: anySelection,
    samples: [
      {
        version: 3,
        numberSize: 2,
        selection: { kind: "hyperslab", start: [3], stride: [1], count: [1], block: [null] },
      },
    ],
  }),
];
