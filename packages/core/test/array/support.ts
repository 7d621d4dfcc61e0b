import { type Datatype, DEFAULT_CONTEXT, datatype, Writer } from "@hdfive/format";
import type { HeapReader, HeapWriter } from "../../src/array/index.ts";

/** A heap in memory: what is put can be got again. */
export class TestHeap implements HeapReader, HeapWriter {
  readonly offsetSize: number;
  readonly objects: Uint8Array[] = [];

  constructor(offsetSize = 8) {
    this.offsetSize = offsetSize;
  }

  put(bytes: Uint8Array): { readonly collectionAddress: number; readonly index: number } {
    this.objects.push(bytes.slice());
    return { collectionAddress: 4096, index: this.objects.length };
  }

  get(collectionAddress: number, index: number): Uint8Array {
    const object = this.objects[index - 1];
    if (collectionAddress !== 4096 || object === undefined) {
      throw new Error(`no object ${index} at ${collectionAddress}`);
    }
    return object;
  }
}

/** The message of a datatype, in hexadecimal. */
export function messageHex(type: Datatype): string {
  const writer = new Writer(datatype.sizeOf(type, DEFAULT_CONTEXT), "datatype");
  datatype.encode(type, writer, DEFAULT_CONTEXT);
  return hex(writer.finish());
}

export function hex(bytes: Uint8Array): string {
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}
