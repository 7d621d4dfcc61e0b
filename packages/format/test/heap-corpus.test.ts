import { expect, test } from "vitest";
import {
  type Codec,
  type FormatContext,
  type GlobalHeap,
  globalHeap,
  globalHeapHeaderSize,
  globalHeapObjectSize,
  localHeap,
  localHeapFreeBlock,
  Reader,
  Writer,
} from "../src/index.js";
import { corpusFiles, corpusIsPresent } from "./corpus.js";
import { CorpusWalk } from "./corpus-structures.js";

function rewritten<T>(codec: Codec<T>, value: T, context: FormatContext): Uint8Array {
  const writer = new Writer(codec.sizeOf(value, context), codec.name);
  codec.encode(value, writer, context);
  return writer.finish();
}

test.runIf(corpusIsPresent())("free lists of the corpus's local heaps lie in their data segments and end", () => {
  let blocks = 0;
  for (const file of corpusFiles()) {
    for (const { codec, context, bytes } of new CorpusWalk(file).structures) {
      if (codec.name === "local-heap") {
        const { freeListHead, dataAddress, dataSize } = localHeap.decode(new Reader(bytes, file.name), context);
        const start = context.baseAddress + dataAddress;
        const data = file.bytes.subarray(start, start + dataSize);
        let free = 0;
        for (let at = freeListHead; at !== null; blocks++) {
          const block = localHeapFreeBlock.decode(new Reader(data.subarray(at), file.name), context);
          free += block.size;
          expect(at + block.size, file.name).toBeLessThanOrEqual(dataSize);
          expect(free, file.name).toBeLessThanOrEqual(dataSize);
          at = block.next;
        }
      }
    }
  }
  expect(blocks).toBeGreaterThan(1000);
});

/** Every object of a collection where it was found, and the free space after them up to its description. */
function expectSameObjects(heap: GlobalHeap, bytes: Uint8Array, context: FormatContext, where: string): void {
  const written = rewritten(globalHeap, heap, context);
  let at = globalHeapHeaderSize(context);
  const header = globalHeapObjectSize(0, context);
  for (const { data } of heap.objects) {
    const end = at + header + data.length;
    expect(Buffer.compare(written.subarray(at, end), bytes.subarray(at, end)), where).toBe(0);
    at += globalHeapObjectSize(data.length, context);
  }
  if (heap.byteLength - at >= header) {
    // Index 0, and the size of the free space with this description.
    expect(Buffer.compare(written.subarray(at + 8, at + header), bytes.subarray(at + 8, at + header)), where).toBe(0);
  }
}

test.runIf(corpusIsPresent())("global heap collections of the corpus are written back object by object", () => {
  let found = 0;
  for (const file of corpusFiles()) {
    const { context } = new CorpusWalk(file);
    const bytes = Buffer.from(file.bytes.buffer, file.bytes.byteOffset, file.bytes.length);
    for (let at = bytes.indexOf("GCOL\x01\0\0\0"); at >= 0; at = bytes.indexOf("GCOL\x01\0\0\0", at + 8)) {
      const where = `${file.name} at ${at}`;
      const size = globalHeap.totalSize(new Reader(bytes.subarray(at), where), context);
      const collection = bytes.subarray(at, at + size);
      expectSameObjects(globalHeap.decode(new Reader(collection, where), context), collection, context, where);
      found++;
    }
  }
  expect(found).toBeGreaterThan(100);
});
