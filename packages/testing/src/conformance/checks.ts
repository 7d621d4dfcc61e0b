import type { Storage } from "@hdfive/core";

/** A check of the conformance suite that did not hold. */
export class ConformanceError extends Error {
  override readonly name = "ConformanceError";
}

/** Throws unless two values are the same. */
export function same(got: unknown, expected: unknown, what: string): void {
  if (!Object.is(got, expected)) {
    throw new ConformanceError(`${what}: expected ${String(expected)}, got ${String(got)}`);
  }
}

/** Throws unless two runs of bytes are the same. */
export function sameBytes(got: Uint8Array, expected: Uint8Array, what: string): void {
  same(got.length, expected.length, `${what}: number of bytes`);
  const at = got.findIndex((byte, index) => byte !== expected[index]);
  if (at >= 0) {
    throw new ConformanceError(`${what}: byte ${at} is ${got[at]}, expected ${expected[at]}`);
  }
}

/** Throws unless the work fails with an `Error`, at once or later. */
export async function fails(work: () => unknown, what: string): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof Error || isAbort(error)) {
      return;
    }
    throw new ConformanceError(`${what}: threw ${String(error)}, which is no Error`);
  }
  throw new ConformanceError(`${what}: should fail and did not`);
}

function isAbort(error: unknown): boolean {
  return typeof error === "object" && error !== null && "name" in error && error.name === "AbortError";
}

/** Bytes that differ from their neighbours, from a position on: a read from the wrong place shows. */
export function pattern(length: number, from = 0): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(length);
  for (let i = 0; i < length; i++) {
    const at = from + i;
    bytes[i] = (at * 31 + (at >>> 8) * 17 + 7) & 0xff;
  }
  return bytes;
}

/** The bytes from `offset` on, as many as there are, at most `length`; what lies around them must stay untouched. */
export async function readBytes(storage: Storage, offset: number, length: number): Promise<Uint8Array> {
  return inGuardedView(length, (into) => storage.read(offset, into));
}

/** As `readBytes`, through `readSync`; `null` when the storage has none. */
export async function readBytesSync(storage: Storage, offset: number, length: number): Promise<Uint8Array | null> {
  return storage.readSync === undefined
    ? null
    : inGuardedView(length, (into) => storage.readSync?.(offset, into) ?? Number.NaN);
}

const GUARD = 5;
const MARK = 0xa5;

async function inGuardedView(
  length: number,
  read: (into: Uint8Array<ArrayBuffer>) => Promise<number> | number,
): Promise<Uint8Array> {
  const whole = new Uint8Array(length + 2 * GUARD).fill(MARK);
  const count = await read(whole.subarray(GUARD, GUARD + length));
  if (!Number.isInteger(count) || count < 0 || count > length) {
    throw new ConformanceError(`a read of ${length} bytes says it read ${count}`);
  }
  const around = [...whole.subarray(0, GUARD), ...whole.subarray(GUARD + length)];
  same(
    around.every((byte) => byte === MARK),
    true,
    "a read writes into its view only",
  );
  return whole.slice(GUARD, GUARD + count);
}
