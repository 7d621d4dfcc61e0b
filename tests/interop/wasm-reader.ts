import h5wasm, { type Dataset, type Entity, Reference } from "h5wasm/node";
import { type Plain, plainNumber } from "./plain.js";

/** h5wasm: libhdf5 compiled to WebAssembly, which sees the machine's files. */
export async function openWasm(path: string, mode: "r" | "a" | "w" = "r"): Promise<InstanceType<typeof h5wasm.File>> {
  await h5wasm.ready;
  // Like h5py by default: the oldest structures that can hold what is asked for.
  return new h5wasm.File(path, mode, { libver: ["earliest", "latest"] });
}

/** A dataset of h5wasm at a path. */
export function wasmDataset(file: { get(path: string): Entity | null }, path: string): Dataset {
  const found = file.get(path);
  if (!(found instanceof h5wasm.Dataset)) {
    throw new Error(`h5wasm finds no dataset at ${path}`);
  }
  return found;
}

/** What h5wasm read, as one flat list of leaves: it nests less than h5py, so only the leaves compare. */
export function wasmLeaves(value: unknown): (string | number)[] {
  if (value === null || value === undefined) {
    return [];
  }
  if (typeof value === "number" || typeof value === "bigint") {
    return [plainNumber(value)];
  }
  if (typeof value === "boolean") {
    return [value ? 1 : 0];
  }
  if (typeof value === "string") {
    return [value];
  }
  if (value instanceof Reference) {
    return [value.ref_data.every((byte) => byte === 0) ? "null" : "reference"];
  }
  return Array.from(value as ArrayLike<unknown>).flatMap(wasmLeaves);
}

/** A plain value as the same list of leaves. */
export function plainLeaves(value: Plain): (string | number)[] {
  if (value === null) {
    return [];
  }
  if (typeof value === "boolean") {
    return [value ? 1 : 0];
  }
  if (typeof value !== "object") {
    return [value];
  }
  if (Array.isArray(value)) {
    return value.flatMap(plainLeaves);
  }
  const record = value as Readonly<Record<string, Plain>>;
  if ("hex" in record) {
    return [...Buffer.from(record.hex as string, "hex")];
  }
  if ("ref" in record) {
    return [record.ref === null ? "null" : "reference"];
  }
  return Object.values(record).flatMap(plainLeaves);
}
