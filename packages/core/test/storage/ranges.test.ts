import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type ByteRange, mergeRanges } from "../../src/storage/ranges.js";
import { READ_AHEAD, widen } from "../../src/storage/read-ahead.js";

const anyRange = fc
  .tuple(fc.integer({ min: 0, max: 1000 }), fc.integer({ min: 1, max: 100 }))
  .map(([start, length]): ByteRange => ({ start, end: start + length }));

describe("merged ranges", () => {
  test("cover every range, in order, further apart than the gap unless that would be too long", () => {
    fc.assert(
      fc.property(
        fc.array(anyRange, { maxLength: 30 }),
        fc.integer({ min: 0, max: 50 }),
        fc.integer({ min: 100, max: 500 }),
        (ranges, gap, longest) => {
          const merged = mergeRanges(ranges, gap, longest);
          for (const { start, end } of ranges) {
            expect(merged.some((range) => range.start <= start && end <= range.end)).toBe(true);
          }
          for (const [i, range] of merged.entries()) {
            const next = merged[i + 1];
            if (next !== undefined) {
              expect(next.start).toBeGreaterThanOrEqual(range.end);
              expect(next.start - range.end > gap || next.end - range.start > longest).toBe(true);
            }
          }
          // Nothing but the ranges and gaps worth reading over is fetched.
          const wanted = new Set(
            ranges.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)),
          );
          const fetched = merged.reduce((sum, { start, end }) => sum + end - start, 0);
          expect(fetched).toBeLessThanOrEqual(wanted.size + gap * Math.max(0, ranges.length - 1));
        },
      ),
    );
  });

  test("do not depend on the order of the ranges, which stay as they were", () => {
    const ranges = [
      { start: 50, end: 60 },
      { start: 0, end: 10 },
      { start: 12, end: 20 },
    ];
    expect(mergeRanges(ranges, 2)).toEqual([
      { start: 0, end: 20 },
      { start: 50, end: 60 },
    ]);
    expect(ranges[0]).toEqual({ start: 50, end: 60 });
    expect(mergeRanges([], 10)).toEqual([]);
  });
});

describe.each(Object.entries(READ_AHEAD))("the read-ahead of %s storages", (_, profile) => {
  const { blockSize } = profile;

  test("widens to whole blocks, never past the end, and holds what was wanted", () => {
    fc.assert(
      fc.property(
        fc.nat(1 << 24),
        fc.integer({ min: 1, max: 1 << 18 }),
        fc.option(fc.nat(1 << 24)),
        (start, length, before) => {
          const size = 1 << 24;
          const range = { start, end: Math.min(start + length, size) };
          const previous = before === null ? null : { start: 0, end: before };
          const wide = widen(range, previous, size, profile);
          expect(wide.start % blockSize).toBe(0);
          expect(wide.end % blockSize === 0 || wide.end === size).toBe(true);
          expect(wide.start).toBeLessThanOrEqual(range.start);
          expect(wide.end).toBeGreaterThanOrEqual(range.end);
          expect(wide.end).toBeLessThanOrEqual(size);
        },
      ),
    );
  });

  test("goes ahead of a reader who goes on where the last request ended, further each time, and of nobody else", () => {
    const size = 1 << 30;
    let previous = widen({ start: 0, end: 1 }, null, size, profile);
    expect(previous).toEqual({ start: 0, end: blockSize });
    let longest = 0;
    for (let i = 0; i < 20; i++) {
      const next = widen({ start: previous.end, end: previous.end + blockSize }, previous, size, profile);
      expect(next.end - next.start).toBeGreaterThanOrEqual(longest);
      longest = next.end - next.start;
      previous = next;
    }
    expect(longest).toBeGreaterThan(2 * blockSize);
    expect(longest).toBeLessThanOrEqual(profile.maxRequest);
    const elsewhere = widen({ start: 0, end: 1 }, previous, size, profile);
    expect(elsewhere.end - elsewhere.start).toBe(blockSize);
  });
});
