import { join } from "node:path";
import { open, slice } from "hdfive";
import { shape, values } from "./show/values.mjs";

export const title = "A dataset that grows";

/** Ten values, resized to thirty in a later session; then appended to. */
export async function run(print, folder = ".") {
  const path = join(folder, "growing.h5");
  let file = await open(path, "w");
  await file.createDataset("log", {
    data: Float64Array.from({ length: 10 }, (_, i) => i / 2),
    maxShape: [null], // no limit: such a dataset is chunked
    chunks: [8],
  });
  await file.close();

  file = await open(path, "a");
  const log = await file.getDataset("log");
  print(`The dataset has the shape ${shape(log.shape)}, at most ${shape(log.maxShape)}.`);

  await log.resize([30]);
  print(`Resized to ${shape(log.shape)}: what was never written is 0.`, values(await log.read([slice(8, 13)])));

  await log.write(
    Float64Array.from({ length: 20 }, (_, i) => 100 + i),
    [slice(10, 30)],
  );
  print("The second part after writing it:", values(await log.read([slice(8, 30)])));

  await log.append([-1, -2]);
  print(`Two values appended: ${shape(log.shape)}, the last ones are`, values(await log.read([slice(-3)])));
  await file.close();
}
