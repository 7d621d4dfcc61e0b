import { join } from "node:path";
import { open } from "hdfive";
import { shape } from "./show/values.mjs";

export const title = "Who is a group, who is a dataset";

/** Goes over the members of a group, and over everything in a file. */
export async function run(print, folder = ".") {
  const file = await open(join(folder, "iteration.h5"), "w");
  await file.createDataset("temperature", { data: new Float32Array([11.5, 12]) });
  await file.createDataset("run/1/frames", { shape: [2, 3], dtype: "uint16" });
  await file.createDataset("run/2/frames", { shape: [4, 3], dtype: "uint16" });
  await file.createGroup("notes");

  const groups = [];
  const datasets = [];
  for await (const [name, object] of file.entries()) {
    (object.kind === "group" ? groups : datasets).push(name);
  }
  print(`In the root group: groups ${groups.join(", ")}; datasets ${datasets.join(", ")}.`);

  const found = [];
  for await (const [path, object] of file.walk()) {
    found.push(
      object.kind === "dataset" ? `${path}: dataset ${object.dtype} ${shape(object.shape)}` : `${path}: group`,
    );
  }
  print("Everything below it, each object once:", ...found);
  await file.close();
  return { groups, datasets };
}
