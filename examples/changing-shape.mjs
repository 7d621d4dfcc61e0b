import { join } from "node:path";
import { open } from "hdfive";
import { shape, values } from "./show/values.mjs";

export const title = "Changing the shape in two dimensions";

/** Resizes a 2 x 2 dataset: what stays inside is kept, what comes new holds the fill value. */
export async function run(print, folder = ".") {
  const file = await open(join(folder, "shapes.h5"), "w");
  const matrix = await file.createDataset("matrix", {
    data: [
      [1, 2],
      [3, 4],
    ],
    dtype: "float32",
    maxShape: [null, null],
    chunks: [2, 2],
    fillValue: -1,
  });
  print(
    `Made as ${shape(matrix.shape)}, at most ${shape(matrix.maxShape)}, fill value -1:`,
    values(await matrix.read()),
  );
  for (const next of [
    [4, 1],
    [2, 2],
    [2, 3],
    [3, 3],
  ]) {
    await matrix.resize(next);
    print(`resize(${shape(next)}):`, values(await matrix.read()));
  }
  await file.close();
}
