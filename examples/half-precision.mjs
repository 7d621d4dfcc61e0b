import { join } from "node:path";
import { open } from "hdfive";
import { values } from "./show/values.mjs";

export const title = "Sixteen-bit floats";

/** What is too large for a float16 becomes infinite; what it cannot hold exactly is rounded. */
export async function run(print, folder = ".") {
  const file = await open(join(folder, "half.h5"), "w");
  const half = await file.createDataset("half", { dtype: "float16", shape: [5] });
  await half.write(new Float64Array([1, 0.1, 65504, 2 ** 65, -(2 ** 65)]));
  const read = await half.read();
  print(
    `Wrote 1, 0.1, 65504, 2^65 and -2^65 as ${half.dtype}, ${half.datatype.size} bytes each.`,
    "Read back (in a Float32Array, which holds every float16):",
    values(read),
  );
  await file.close();
}
