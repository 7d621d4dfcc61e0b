import { createHash } from "node:crypto";
import { type File, Group, HdfiveError, type HdfObject, NdArray, ObjectHandle } from "@hdfive/core";

/** What a value is, as plain data that two runs can compare: bytes become their digest. */
export function portrait(value: unknown): unknown {
  if (value instanceof HdfiveError) {
    return `${value.code}: ${value.message} [${value.path}]`;
  }
  if (value instanceof ObjectHandle) {
    return `${value.kind} ${value.path}`;
  }
  if (value instanceof NdArray) {
    return { shape: value.shape, dtype: value.dtype, data: portrait(value.data) };
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = new Uint8Array(value.buffer, value.byteOffset, value.byteLength);
    return `${value.constructor.name}(${bytes.length} bytes, ${createHash("sha256").update(bytes).digest("hex")})`;
  }
  if (typeof value === "bigint") {
    return `${value}n`;
  }
  if (Array.isArray(value)) {
    return value.map(portrait);
  }
  if (typeof value === "object" && value !== null) {
    return Object.fromEntries(Object.entries(value).map(([key, of]) => [key, portrait(of)]));
  }
  return value;
}

/** The outcome of a step: its value, or the error it ended with. Errors that are not typed go through. */
export async function outcome(step: () => Promise<unknown>): Promise<unknown> {
  try {
    return portrait(await step());
  } catch (error) {
    if (error instanceof HdfiveError) {
      return portrait(error);
    }
    throw error;
  }
}

/** Everything that can be read of a file, in the order of a walk. */
export async function portraitOfFile(file: File): Promise<unknown[]> {
  const { reads: _, ...info } = await file.info();
  const seen: unknown[] = [portrait(info), ["/", await portraitOfObject(file)]];
  for await (const [path, object] of file.walk()) {
    seen.push([path, object.kind === "unreadable" ? portrait(object.error) : await portraitOfObject(object)]);
  }
  return seen;
}

async function portraitOfObject(object: HdfObject): Promise<unknown> {
  const attributes = await outcome(() => object.attrs.entries());
  if (object.kind === "dataset") {
    return {
      info: await outcome(() => object.info()),
      attributes,
      fill: await outcome(() => object.fillValue()),
      data: await outcome(() => object.read()),
    };
  }
  if (object instanceof Group) {
    const info = await outcome(async () => {
      const { reads: _, ...rest } = { reads: null, ...(await object.info()) };
      return rest;
    });
    return { info, attributes, links: await outcome(() => object.links()) };
  }
  return { info: await outcome(() => object.info()), attributes };
}
