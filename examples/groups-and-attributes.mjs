import { join } from "node:path";
import { open } from "hdfive";
import { tree } from "./show/tree.mjs";
import { values } from "./show/values.mjs";

export const title = "Groups, datasets and attributes";

/** Makes a file with a group of two datasets, and looks at it after closing. */
export async function run(print, folder = ".") {
  const path = join(folder, "panorama.h5");
  let file = await open(path, "w");
  const group = await file.createGroup("subPano");
  await group.attrs.set("camera", "north");
  await group.attrs.set("tilt", 12.5);

  const first = await group.createDataset("1", { data: Int32Array.from({ length: 10 }, (_, i) => i) });
  await first.attrs.set("unit", "counts");
  const second = await group.createDataset("2", { data: Int32Array.from({ length: 20 }, (_, i) => i) });
  await second.attrs.set("offset", new Float64Array([0.5, -0.5]));
  print("Made /subPano with the datasets 1 and 2, and closed the file.");
  await file.close();

  file = await open(path, "a");
  print("Opened it again with mode 'a':", await tree(file));
  for (const name of ["1", "2"]) {
    const dataset = await file.getDataset(`subPano/${name}`);
    print(`/subPano/${name}:`, values(await dataset.read()));
  }
  await file.close();
}
