import type { Datatype } from "@hdfive/format";
import { opaque } from "../dtype/builders.js";
import type { MemoryType } from "./memory-type.js";
import { opaqueMemory } from "./opaque-memory.js";

/** Memory of elements as they are stored: one `Uint8Array` with the bytes of all of them. Nothing is interpreted. */
export function storedBytes({ size }: Datatype): MemoryType {
  return { ...opaqueMemory(opaque(size)), native: true, allocate: (count) => new Uint8Array(count * size) };
}
