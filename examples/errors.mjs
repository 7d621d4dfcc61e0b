import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { HdfiveError, open } from "hdfive";

export const title = "What errors say";

/** The errors that everybody meets: each has a code for programs and words for people. */
export async function run(print, folder = ".") {
  const path = join(folder, "errors.h5");
  const met = [];
  const attempt = async (what, action) => {
    try {
      await action();
    } catch (error) {
      if (!(error instanceof HdfiveError)) throw error;
      met.push({ what, code: error.code, message: error.message });
      print(`${what}\n  ${error.code}: ${error.message}`);
      return;
    }
    throw new Error(`${what}: it was not refused`);
  };

  const file = await open(path, "w");
  const fixed = await file.createDataset("fixed", { data: new Int32Array(10) });
  const growing = await file.createDataset("growing", { shape: [10], dtype: "uint8", maxShape: [12], chunks: [5] });
  await attempt("Making what is there:", () => file.createGroup("fixed"));
  await attempt("Opening what is not there:", () => file.get("nothing"));
  await attempt("Going through a dataset:", () => file.get("fixed/inside"));
  await attempt("Resizing without chunks:", () => fixed.resize([20]));
  await attempt("Growing past maxShape:", () => growing.resize([13]));
  await attempt("Reading past the end:", () => fixed.read([10]));
  await attempt("Writing 9 values into 10 places:", () => fixed.write(new Int32Array(9)));
  await attempt("Writing 300 into a uint8:", () => growing.write([300], [[0]]));
  await attempt("Opening the file twice for writing:", () => open(path, "r+"));
  await file.close();
  await attempt("Reading after close:", () => fixed.read());

  await attempt("Making a file that is there:", () => open(path, "w-"));
  await attempt("Opening a file that is not there:", () => open(join(folder, "nothing.h5")));
  const text = join(folder, "letter.txt");
  writeFileSync(text, "This is a letter, not an HDF5 file.");
  await attempt("Opening a text file:", () => open(text));

  const reading = await open(path);
  await attempt("Writing to a file opened with 'r':", () => reading.createGroup("new"));
  await reading.close();
  return met;
}
