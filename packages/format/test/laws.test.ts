import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { DEFAULT_CONTEXT } from "../src/context.js";
import { FormatError, HdfiveError } from "../src/errors.js";
import { Reader } from "../src/reader.js";
import { Writer } from "../src/writer.js";
import { type RegistryEntry, registry } from "./registry.js";

function encoded({ codec, name, context = DEFAULT_CONTEXT }: RegistryEntry, value: unknown): Uint8Array {
  const writer = new Writer(codec.sizeOf(value, context), name);
  codec.encode(value, writer, context);
  return writer.finish();
}

function decoded({ codec, name, context = DEFAULT_CONTEXT }: RegistryEntry, bytes: Uint8Array): unknown {
  return codec.decode(new Reader(bytes, name), context);
}

/** Runs a law over the samples of an entry and over what its arbitrary makes. */
function forAll({ samples = [], arbitrary }: RegistryEntry, runs: number, law: (value: unknown) => void): void {
  if (samples.length === 0 && arbitrary === undefined) {
    throw new Error("an entry without values tests nothing");
  }
  for (const sample of samples) {
    law(sample);
  }
  if (arbitrary !== undefined) {
    const property = fc.property(arbitrary, (value) => {
      law(value);
    });
    fc.assert(property, { numRuns: runs });
  }
}

/** Every index of short structures, and about a hundred, with both ends, of long ones. */
function* positions(length: number): Generator<number> {
  const step = Math.max(1, Math.floor(length / 100));
  for (let at = 0; at < length; at += step) {
    yield at;
  }
  if (length > 0 && (length - 1) % step !== 0) {
    yield length - 1;
  }
}

/** The error that `run` throws, or the value it returns. */
function outcome(run: () => unknown): { readonly error?: unknown; readonly value?: unknown } {
  try {
    return { value: run() };
  } catch (error) {
    return { error };
  }
}

describe.each(registry.map((entry) => [entry.name, entry] as const))("%s", (_, entry) => {
  test("decodes to the value that was encoded, into as many bytes as promised", () => {
    forAll(entry, 200, (value) => expect(decoded(entry, encoded(entry, value))).toEqual(value));
  });

  test("is read from any place in memory", () => {
    forAll(entry, 20, (value) => {
      const bytes = encoded(entry, value);
      const shifted = new Uint8Array(bytes.length + 8).fill(0xa5);
      shifted.set(bytes, 3);
      expect(decoded(entry, shifted.subarray(3, 3 + bytes.length))).toEqual(value);
    });
  });

  test("refuses every truncation, unless what is cut off is padding", () => {
    forAll(entry, 20, (value) => {
      const bytes = encoded(entry, value);
      for (const length of positions(bytes.length)) {
        const { error, value: found } = outcome(() => decoded(entry, bytes.slice(0, length)));
        if (error === undefined) {
          expect(found).toEqual(value);
        } else {
          expect(error).toBeInstanceOf(FormatError);
        }
      }
    });
  });

  test("answers any damage with a value or a typed error", () => {
    forAll(entry, 10, (value) => {
      const bytes = encoded(entry, value);
      for (const at of positions(bytes.length)) {
        for (const byte of [0x00, 0x01, 0x7f, 0x80, 0xff]) {
          const damaged = bytes.slice();
          damaged[at] = byte;
          const { error } = outcome(() => decoded(entry, damaged));
          expect(error === undefined || error instanceof HdfiveError, String(error)).toBe(true);
        }
      }
    });
  });

  if (!entry.checksummed) {
    return;
  }
  test("refuses every flipped bit", () => {
    forAll(entry, 10, (value) => {
      const bytes = encoded(entry, value);
      for (const at of positions(bytes.length)) {
        for (let bit = 0; bit < 8; bit++) {
          const flipped = bytes.slice();
          flipped[at] = (flipped[at] as number) ^ (1 << bit);
          expect(outcome(() => decoded(entry, flipped)).error, `bit ${bit} of byte ${at}`).toBeInstanceOf(HdfiveError);
        }
      }
    });
  });
});
