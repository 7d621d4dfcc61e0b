import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Allocator } from "../../src/engine/transaction/allocator.js";

type Step = { readonly take: number } | { readonly give: number } | { readonly hold: boolean };

const anyStep: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ take: fc.integer({ min: 1, max: 300 }) }) },
  { weight: 4, arbitrary: fc.record({ give: fc.nat(1000) }) },
  { weight: 1, arbitrary: fc.record({ hold: fc.boolean() }) },
);

describe("space in the file", () => {
  it("is never given to two at a time, is used again, and adds up, whatever is taken and given back", () => {
    fc.assert(
      fc.property(fc.array(anyStep, { maxLength: 200 }), fc.nat(1000), (steps, start) => {
        const allocator = new Allocator(start);
        const taken: { address: number; size: number }[] = [];
        // Given back while somebody held on: neither free nor anybody's.
        const waiting: { address: number; size: number }[] = [];
        let holds = 0;
        for (const step of steps) {
          if ("take" in step) {
            const address = allocator.take(step.take);
            const end = address + step.take;
            expect(address).toBeGreaterThanOrEqual(start);
            expect(end).toBeLessThanOrEqual(allocator.endOfFile);
            for (const other of [...taken, ...waiting]) {
              expect(end <= other.address || other.address + other.size <= address).toBe(true);
            }
            taken.push({ address, size: step.take });
          } else if ("give" in step) {
            const [extent] = taken.length === 0 ? [] : taken.splice(step.give % taken.length, 1);
            if (extent !== undefined) {
              allocator.give(extent.address, extent.size);
              if (holds > 0) {
                waiting.push(extent);
              }
            }
          } else if (step.hold) {
            allocator.hold();
            holds++;
          } else if (holds > 0) {
            allocator.unhold();
            holds--;
            if (holds === 0) {
              waiting.length = 0;
            }
          }
          const used = [...taken, ...waiting].reduce((sum, { size }) => sum + size, 0);
          expect(allocator.endOfFile - start).toBe(used + allocator.freeBytes);
        }
        // With everything given back, neighbours have become one, and the file ends where it began.
        for (; holds > 0; holds--) {
          allocator.unhold();
        }
        for (const { address, size } of taken) {
          allocator.give(address, size);
        }
        expect(allocator.endOfFile).toBe(start);
        expect(allocator.freeBytes).toBe(0);
      }),
    );
  });

  it("that was freed in pieces side by side holds what is as large as all of them", () => {
    const allocator = new Allocator(0);
    const pieces = [40, 24, 80].map((size) => ({ address: allocator.take(size), size }));
    allocator.take(8);
    for (const { address, size } of [pieces[0]!, pieces[2]!, pieces[1]!]) {
      allocator.give(address, size);
    }
    expect(allocator.take(144)).toBe(0);
  });

  it("undone in the opposite order is as it was, even while readers hold back what is freed", () => {
    const allocator = new Allocator(100);
    const kept = allocator.take(50);
    allocator.take(10);
    allocator.give(kept, 50);
    const before = [allocator.endOfFile, allocator.freeBytes];
    allocator.hold();
    const taken = [20, 30, 500, 7].map((size) => ({ address: allocator.take(size), size }));
    for (const { address, size } of taken.reverse()) {
      allocator.undo(address, size);
    }
    expect([allocator.endOfFile, allocator.freeBytes]).toEqual(before);
  });

  it("is not taken from past the end of the file, nor twice from where it was given back twice", () => {
    const allocator = new Allocator(1000);
    allocator.give(5000, 100);
    allocator.give(950, 100);
    expect(allocator.freeBytes).toBe(0);
    allocator.give(100, 50);
    allocator.give(100, 50);
    expect(allocator.freeBytes).toBe(50);
    expect([allocator.take(50), allocator.take(50)]).toEqual([100, 1000]);
  });
});
