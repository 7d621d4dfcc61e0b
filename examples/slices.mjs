import { join } from "node:path";
import { mask, open, slice } from "hdfive";
import { values } from "./show/values.mjs";

export const title = "Slices";

/** Reads and writes parts of a 5 x 10 dataset. */
export async function run(print, folder = ".") {
  const file = await open(join(folder, "slices.h5"), "w");
  const rows = Array.from({ length: 5 }, (_, i) => Array.from({ length: 10 }, (_, j) => 10 * i + j));
  const grid = await file.createDataset("grid", { data: rows, dtype: "int16", chunks: [2, 4] });
  const show = async (text, selection) => print(text, values(await grid.read(selection)));

  await show("All of it:", null);
  await show("[slice(0, 5, 2), slice(1, 10, 3)]: every second row, every third column from 1:", [
    slice(0, 5, 2),
    slice(1, 10, 3),
  ]);
  await show("[3]: one row, and its axis is gone:", [3]);
  await show("[null, 7]: one column:", [null, 7]);
  await show("[-1, slice(-3)]: the end of the last row:", [-1, slice(-3)]);
  await show("[[0, 4], slice(2, 5)]: rows 0 and 4:", [[0, 4], slice(2, 5)]);
  await show("[null, mask([...])]: the columns that a mask picks:", [
    slice(0, 2),
    mask(Array.from({ length: 10 }, (_, j) => j % 4 === 0)),
  ]);

  await grid.write(0, [slice(1, 4), slice(1, 9, 2)]); // one value for the whole selection
  await grid.write([-1, -2, -3, -4, -5, -6, -7, -8, -9, -10], [4]);
  await show("After writing 0 into a strided selection, and a new last row:", null);
  await file.close();
}
