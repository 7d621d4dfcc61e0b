import { encodeText } from "@hdfive/format";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { createHeap, heapInsert, heapRemove, heapText } from "../../src/engine/heaps/local-heap.js";
import { newFile, openFile } from "./engine-file.js";

describe("a local heap", () => {
  it("starts as libhdf5 starts it: 88 bytes, the empty text, and one free block of 80", async () => {
    const file = await newFile(false);
    const address = await file.do(createHeap);
    const image = await file.image();
    const view = new DataView(image.buffer, address);
    expect(view.getBigUint64(8, true)).toBe(88n);
    expect(view.getBigUint64(16, true)).toBe(8n);
    const data = new DataView(image.buffer, Number(view.getBigUint64(24, true)));
    expect([data.getBigUint64(0, true), data.getBigUint64(8, true), data.getBigUint64(16, true)]).toEqual([
      0n,
      1n,
      80n,
    ]);
    expect(file.do((tx) => heapText(tx, address, 0))).toBe("");
  });

  it("keeps every text at the offset it gave out, whatever is put in and taken out", async () => {
    const text = fc.string({ maxLength: 60, unit: "grapheme" }).filter((s) => !s.includes("\0"));
    const steps = fc.array(fc.record({ text, removeAt: fc.option(fc.nat(1000), { freq: 2 }) }), {
      maxLength: 300,
      size: "max",
    });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const file = await newFile(false);
        const heap = await file.do(createHeap);
        const live: { offset: number; text: string }[] = [];
        for (const { text, removeAt } of list) {
          const gone = removeAt === null ? undefined : live.splice(removeAt % Math.max(live.length, 1), 1)[0];
          if (gone !== undefined) {
            file.do((tx) => heapRemove(tx, heap, gone.offset, encodeText(gone.text).length));
          } else {
            live.push({ text, offset: await file.do((tx) => heapInsert(tx, heap, encodeText(text))) });
          }
        }
        const again = await openFile(await file.image());
        for (const { offset, text } of live) {
          expect(again.do((tx) => heapText(tx, heap, offset))).toBe(text);
        }
      }),
      { numRuns: 60 },
    );
  });

  it("uses again what was freed: taking out and putting in the same texts does not make it grow", async () => {
    const file = await newFile(false);
    const heap = await file.do(createHeap);
    const put = (text: string): Promise<number> | number => file.do((tx) => heapInsert(tx, heap, encodeText(text)));
    const offsets = await Promise.all(Array.from({ length: 50 }, (_, i) => put(`a rather long name, number ${i}`)));
    const before = file.state.allocator.endOfFile;
    for (let round = 0; round < 20; round++) {
      for (const [i, offset] of offsets.entries()) {
        const { length } = `a rather long name, number ${i}`;
        file.do((tx) => heapRemove(tx, heap, offset, length));
      }
      for (const i of offsets.keys()) {
        offsets[i] = await put(`a rather long name, number ${i}`);
      }
    }
    expect(file.state.allocator.endOfFile).toBe(before);
  });

  it("refuses a text that does not end and a free list that bites its own tail", async () => {
    const file = await newFile(false);
    const heap = await file.do(createHeap);
    await file.do((tx) => heapInsert(tx, heap, encodeText("some name")));
    const image = await file.image();
    const data = Number(new DataView(image.buffer).getBigUint64(heap + 24, true));
    const open = image.slice();
    open.fill(0x61, data + 8, data + 88);
    const unended = await openFile(open);
    expect(() => unended.do((tx) => heapText(tx, heap, 8))).toThrowError(/does not end/);
    expect(() => unended.do((tx) => heapText(tx, heap, 1000))).toThrowError(/does not end/);
    const cyclic = image.slice();
    const view = new DataView(cyclic.buffer);
    view.setBigUint64(data + 24, 24n, true);
    const looped = await openFile(cyclic);
    expect(() => looped.do((tx) => heapInsert(tx, heap, encodeText("x".repeat(200))))).toThrowError(/free block/);
  });
});
