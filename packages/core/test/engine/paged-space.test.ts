import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { PagedSpace } from "../../src/engine/transaction/paged-space.js";

const PAGE = 512;

interface Taken {
  readonly address: number;
  readonly size: number;
  readonly kind: "metadata" | "raw";
}

const request = fc.record({
  size: fc.integer({ min: 1, max: 3 * PAGE }),
  kind: fc.constantFrom("metadata", "raw" as const),
  gives: fc.nat(),
});

describe("space in pages", () => {
  it("keeps what is small within a page of its kind, begins the rest with a page, and gives nothing out twice", () => {
    fc.assert(
      fc.property(fc.array(request, { maxLength: 200 }), fc.integer({ min: 0, max: PAGE }), (requests, start) => {
        const space = new PagedSpace(start, PAGE);
        const taken: Taken[] = [];
        for (const { size, kind, gives } of requests) {
          if (gives % 3 === 0 && taken.length > 0) {
            const [one] = taken.splice(gives % taken.length, 1) as [Taken];
            space.give(one.address, one.size);
            continue;
          }
          const address = space.take(size, kind as Taken["kind"]);
          taken.push({ address, size, kind: kind as Taken["kind"] });
          expect(address).toBeGreaterThanOrEqual(start);
          if (size >= PAGE) {
            expect(address % PAGE).toBe(0);
          } else {
            expect(Math.floor(address / PAGE)).toBe(Math.floor((address + size - 1) / PAGE));
          }
          expect(space.endOfFile % PAGE).toBe(0);
          expect(address + size).toBeLessThanOrEqual(space.endOfFile);
        }
        const inOrder = taken.toSorted((a, b) => a.address - b.address);
        const kinds = new Map<number, string>();
        for (const [i, { address, size, kind }] of inOrder.entries()) {
          expect(address + size).toBeLessThanOrEqual(inOrder[i + 1]?.address ?? space.endOfFile);
          const page = Math.floor(address / PAGE);
          const wanted = size >= PAGE ? `large ${i}` : kind;
          expect(kinds.get(page) ?? wanted).toBe(wanted);
          kinds.set(page, wanted);
        }
        for (const { address, size } of taken) {
          space.give(address, size);
        }
        expect(space.endOfFile).toBe(Math.ceil(start / PAGE) * PAGE);
      }),
      { numRuns: 200 },
    );
  });
});
