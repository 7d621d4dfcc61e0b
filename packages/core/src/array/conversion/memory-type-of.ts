import { type Datatype, UnsupportedError } from "@hdfive/format";
import type { DtypeLike } from "../dtype/dtype-like.js";
import type { MemoryType } from "./memory-type.js";

/**
 * The memory type of a datatype; with `as`, numbers are converted by HDF5's rules on their way.
 *
 * @throws UnsupportedError for a layout that no memory holds exactly
 */
export function memoryType(file: Datatype, as?: DtypeLike): MemoryType {
  throw new UnsupportedError("memory type", `${file.class} ${String(as)} is on its way`);
}
