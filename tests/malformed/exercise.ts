import {
  AttributeReference,
  Dataset,
  type File,
  Group,
  HdfiveError,
  type IteratedObject,
  type Limits,
  MemoryStorage,
  ObjectReference,
  openStorageSync,
  RegionReference,
  slice,
} from "@hdfive/core";
import { virtualDatasets } from "@hdfive/vds";

/** What a reader of broken files met, by the code of the error; "ok" counts what could be read. */
export type Tally = Map<string, number>;

/** One error that a reader met, and the step at which it did. */
export interface Met {
  readonly step: string;
  readonly error: HdfiveError;
}

/** A tally that keeps the errors too. */
export class DetailedTally extends Map<string, number> {
  readonly met: Met[] = [];
}

/** Bounds that suit files of a few kilobytes: what they declare may be anything, what they hold is little. */
export const SMALL_FILE_LIMITS: Partial<Limits> = { work: 200_000, chunkBytes: 1 << 22, readBytes: 1 << 22 };

/**
 * Opens an image, walks all of it, and reads every attribute and every dataset. Errors that are typed are counted; any
 * other goes through, with the step at which it happened.
 */
export function exercise(
  image: Uint8Array<ArrayBuffer>,
  limits: Partial<Limits>,
  tally: Tally = new Map<string, number>(),
): Tally {
  attempt(tally, "open", () => {
    const file = openStorageSync(new MemoryStorage(image), "r", { limits, plugins: [virtualDatasets()] });
    attempt(tally, "file info", () => file.infoSync());
    read(tally, file, file);
    attempt(tally, "walk", () => {
      for (const [path, object] of file.walkSync()) {
        attempt(tally, path, () => read(tally, file, object));
      }
    });
    attempt(tally, "links", () => [...file.walkLinksSync()]);
    file.closeSync();
  });
  return tally;
}

/**
 * Opens an image for writing and edits whatever can be edited: attributes, data, shapes, new objects in every group, and
 * in the end every second member is deleted. Then what came of it is read again.
 */
export function exerciseEdits(image: Uint8Array<ArrayBuffer>, limits: Partial<Limits>): Tally {
  const tally: Tally = new Map();
  const storage = new MemoryStorage(image);
  attempt(tally, "open r+", () => {
    const file = openStorageSync(storage, "r+", { limits, plugins: [virtualDatasets()] });
    const objects: IteratedObject[] = [file];
    attempt(tally, "walk", () => {
      for (const [, object] of file.walkSync()) {
        objects.push(object);
      }
    });
    for (const object of objects) {
      edit(tally, object);
    }
    attempt(tally, "flush", () => file.flushSync());
    for (const object of objects) {
      if (object instanceof Group) {
        const names = attempt(tally, `${object.path} keys`, () => object.keysSync()) ?? [];
        for (const name of names.filter((_, i) => i % 2 === 0)) {
          attempt(tally, `${object.path} delete ${name}`, () => object.deleteSync(name));
        }
      }
    }
    attempt(tally, "close", () => file.closeSync());
  });
  for (const [code, times] of exercise(storage.image().slice(), limits)) {
    tally.set(code, (tally.get(code) ?? 0) + times);
  }
  return tally;
}

function edit(tally: Tally, object: IteratedObject): void {
  const { path } = object;
  if (object.kind === "unreadable") {
    return;
  }
  const [first] = attempt(tally, `${path} attributes`, () => object.attrs.keysSync()) ?? [];
  if (first !== undefined) {
    attempt(tally, `${path} replace ${first}`, () => object.attrs.setSync(first, "a text in place of what was there"));
    attempt(tally, `${path} remove ${first}`, () => object.attrs.deleteSync(first));
  }
  attempt(tally, `${path} new attribute`, () => object.attrs.setSync("new", new Float64Array(100)));
  if (object instanceof Dataset) {
    const part = object.shape.map(() => 0);
    const value = attempt(tally, `${path} element`, () => object.readSync(part));
    if (value !== undefined) {
      attempt(tally, `${path} write`, () => object.writeSync(value, part));
    }
    attempt(tally, `${path} resize`, () => object.resizeSync(object.shape.map((extent) => extent + 1)));
    attempt(tally, `${path} shrink`, () => object.resizeSync(object.shape.map((extent) => Math.floor(extent / 2))));
  } else if (object instanceof Group) {
    attempt(tally, `${path} new group`, () => object.createGroupSync("new group/inside"));
    attempt(tally, `${path} new data`, () =>
      object.createDatasetSync("new data", { data: ["a", "bc"], chunks: [1], maxShape: [null] }),
    );
  }
}

function read(tally: Tally, file: File, object: IteratedObject): void {
  const { path } = object;
  if (object.kind === "unreadable") {
    note(tally, path, object.error);
    return;
  }
  attempt(tally, `${path} info`, () => object.infoSync());
  for (const name of attempt(tally, `${path} attributes`, () => object.attrs.keysSync()) ?? []) {
    attempt(tally, `${path} attribute info ${name}`, () => object.attrs.infoSync(name));
    const value = attempt(tally, `${path} attribute ${name}`, () => object.attrs.getSync(name));
    follow(tally, file, `${path} reference ${name}`, value);
  }
  attempt(tally, `${path} attribute entries`, () => object.attrs.entriesSync());
  if (object instanceof Dataset) {
    attempt(tally, `${path} dtype`, () => object.dtype);
    attempt(tally, `${path} fill value`, () => object.fillValueSync());
    const values = attempt(tally, `${path} data`, () => object.readSync());
    if (object.datatype.class === "reference" && Array.isArray(values?.data)) {
      for (const [i, value] of values.data.slice(0, 20).entries()) {
        follow(tally, file, `${path} reference ${i}`, value);
      }
    }
    readParts(tally, object);
    attempt(tally, `${path} scale`, () => object.scaleSync());
    for (const dimension of object.dims) {
      attempt(tally, `${path} label ${dimension.axis}`, () => dimension.labelSync());
      attempt(tally, `${path} scales ${dimension.axis}`, () => dimension.scalesSync());
      attempt(tally, `${path} dimension ${dimension.axis}`, () => dimension.nameSync());
    }
  } else if (object instanceof Group) {
    attempt(tally, `${path} links`, () => object.linksSync());
    attempt(tally, `${path} entries`, () => [...object.entriesSync()]);
    for (const name of attempt(tally, `${path} keys`, () => object.keysSync()) ?? []) {
      attempt(tally, `${path} member ${name}`, () => object.getSync(name));
    }
  }
}

/** Reads parts of a dataset, and its chunks as they are stored. */
function readParts(tally: Tally, dataset: Dataset): void {
  const { path, shape } = dataset;
  if (dataset.isNull) {
    return;
  }
  if (!shape.includes(0)) {
    attempt(tally, `${path} element`, () => dataset.readSync(shape.map((extent) => extent - 1)));
  }
  attempt(tally, `${path} steps`, () => dataset.readSync(shape.map((extent) => slice(1, extent, 3))));
  attempt(tally, `${path} raw`, () => dataset.readSync({ as: "raw" }));
  if (dataset.chunks === null) {
    return;
  }
  const offsets: (readonly number[])[] = [];
  attempt(tally, `${path} chunks`, () => {
    for (const batch of dataset.chunkInfoSync()) {
      offsets.push(...batch.map(({ offset }) => offset));
    }
  });
  for (const offset of offsets.slice(0, 20)) {
    attempt(tally, `${path} chunk ${offset}`, () => dataset.readRawChunkSync(offset));
  }
  attempt(tally, `${path} chunk grid`, () => {
    let left = 1000;
    for (const _ of dataset.iterChunks()) {
      if (--left === 0) {
        return;
      }
    }
  });
}

/** Goes where a reference leads, and reads what a region of it selects. */
function follow(tally: Tally, file: File, step: string, value: unknown): void {
  if (value instanceof ObjectReference || value instanceof AttributeReference || value instanceof RegionReference) {
    attempt(tally, step, () => file.dereferenceSync(value));
  }
  if (value instanceof RegionReference) {
    attempt(tally, `${step} region`, () => file.readRegionSync(value));
  }
}

/** An error that no caller can be expected to handle: neither a result nor a typed error. */
export class ForeignError extends Error {
  override readonly name = "ForeignError";
}

function attempt<T>(tally: Tally, step: string, run: () => T): T | undefined {
  try {
    const result = run();
    count(tally, "ok");
    return result;
  } catch (error) {
    if (error instanceof ForeignError) {
      throw error;
    }
    if (!(error instanceof HdfiveError)) {
      const stack = error instanceof Error ? error.stack : String(error);
      throw new ForeignError(`${step}: ${stack}`, { cause: error });
    }
    note(tally, step, error);
    return undefined;
  }
}

function note(tally: Tally, step: string, error: HdfiveError): void {
  count(tally, error.code);
  if (tally instanceof DetailedTally) {
    tally.met.push({ step, error });
  }
}

function count(tally: Tally, code: string): void {
  tally.set(code, (tally.get(code) ?? 0) + 1);
}
