import { join } from "node:path";
import { open } from "hdfive";
import { shape, values } from "./show/values.mjs";

export const title = "Images, chunked one channel at a time";

const SIZE = 10;
const CHANNELS = 3;

/** Appends four RGB images, then reads one channel of one image: one chunk is fetched, and nothing else. */
export async function run(print, folder = ".") {
  const path = join(folder, "images.h5");
  let file = await open(path, "w");
  let images = await file.createDataset("images", {
    dtype: "uint8",
    shape: [0, SIZE, SIZE, CHANNELS],
    maxShape: [null, SIZE, SIZE, CHANNELS],
    chunks: [1, SIZE, SIZE, 1],
  });
  for (let number = 0; number < 4; number++) {
    await images.append(image(number));
  }
  print(`Appended four images: ${shape(images.shape)} in chunks of ${shape(images.chunks)}.`);
  await file.close();

  file = await open(path);
  images = await file.getDataset("images");
  const { chunkCount, storageSize } = await images.info();
  print(`The file holds ${chunkCount} chunks, ${storageSize} bytes together.`);

  const before = (await file.info()).reads;
  const channel = await images.read([2, null, null, 1]);
  const after = (await file.info()).reads;
  const requests = after.requests - before.requests;
  const bytes = after.bytes - before.bytes;
  print(
    `read([2, null, null, 1]), the green channel of image 2, has the shape ${shape(channel.shape)}.`,
    `It took ${requests} request for ${bytes} bytes: ${bytes / (SIZE * SIZE)} chunk of ${chunkCount}.`,
    values(channel),
  );
  await file.close();
  return { requests, bytes, chunkCount };
}

/** Red rises with the row, green with the column and the image's number, blue is the image's number. */
function image(number) {
  return Array.from({ length: SIZE }, (_, y) =>
    Array.from({ length: SIZE }, (_, x) => [20 * y, 20 * x + number, number]),
  );
}
