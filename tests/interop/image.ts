import { type File, MemoryStorage, type OpenOptions, openStorage } from "@hdfive/core";
import { structuralProblems } from "@hdfive/testing";
import { expect } from "vitest";
import { type Description, describeFile } from "./describe.js";

/** The bytes of a new file after `write` filled it; its structure is checked. */
export async function createImage(
  write: (file: File) => Promise<void>,
  options: OpenOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  const file = await openStorage(storage, "w", options);
  await write(file);
  await file.close();
  return sound(storage.image());
}

/** The bytes of a file after `edit` changed it; its structure is checked. */
export async function editImage(
  image: Uint8Array<ArrayBuffer>,
  edit: (file: File) => Promise<void>,
): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage(image.slice());
  const file = await openStorage(storage, "r+");
  await edit(file);
  await file.close();
  return sound(storage.image());
}

/** The image itself, whose structure must be as it should be. */
export function sound<T extends Uint8Array>(image: T): T {
  expect(structuralProblems(image)).toEqual([]);
  return image;
}

/** What `read` finds in a file. */
export async function readImage<T>(image: Uint8Array<ArrayBuffer>, read: (file: File) => Promise<T>): Promise<T> {
  const file = await openStorage(new MemoryStorage(image));
  try {
    return await read(file);
  } finally {
    await file.close();
  }
}

/** Everything that we see in a file. */
export function describeImage(image: Uint8Array<ArrayBuffer>): Promise<Description> {
  return readImage(image, describeFile);
}
