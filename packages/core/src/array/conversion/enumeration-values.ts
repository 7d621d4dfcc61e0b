import { type Datatype, HdfiveError } from "@hdfive/format";
import { elementOf } from "../ndarray.js";
import type { HeapReader } from "./memory-type.js";
import { memoryType } from "./memory-type-of.js";

/**
 * The values of an enumeration by their names, in the order of the datatype: numbers, or bigints where a read of the
 * enumeration gives them.
 *
 * @throws HdfiveError `WRONG_KIND` for any other datatype
 */
export function enumerationValues(datatype: Datatype): ReadonlyMap<string, number | bigint> {
  if (datatype.class !== "enumeration") {
    throw new HdfiveError("WRONG_KIND", `a datatype of class ${datatype.class} has no named values`);
  }
  const memory = memoryType(datatype.base);
  const values = new Map<string, number | bigint>();
  for (const { name, value } of datatype.members) {
    const one = memory.allocate(1);
    memory.decode(value, 0, 1, one, 0, NO_HEAP);
    values.set(name, elementOf(one, 0) as number | bigint);
  }
  return values;
}

const NO_HEAP: HeapReader = {
  offsetSize: 8,
  get() {
    throw new HdfiveError("UNSUPPORTED", "an enumeration of variable-length values");
  },
};
