import {
  type File,
  type HdfiveError,
  type Limits,
  MemoryStorage,
  type OpenOptions,
  openStorageSync,
} from "@hdfive/core";
import { expect } from "vitest";
import { DetailedTally, exercise, SMALL_FILE_LIMITS, type Tally } from "./exercise.js";
import { peakAllocation } from "./peak-allocation.js";
import { baseOf, type Recording, type Structure } from "./places.js";
import { recordAll, seal } from "./seal.js";

const CPU_MILLISECONDS = 2000;
const ALLOCATED_BYTES = 64 * 2 ** 20;

/** A small file under the knife: its fields are found by what the decoders read, and its checksums are put right again. */
export class Specimen {
  readonly image: Uint8Array<ArrayBuffer>;
  readonly #recording: Recording;

  constructor(image: Uint8Array) {
    this.image = Uint8Array.from(image);
    this.#recording = recordAll(this.image);
  }

  /** A file that our writer makes. */
  static made(make: (file: File) => void, options: OpenOptions = {}): Specimen {
    const storage = new MemoryStorage();
    const file = openStorageSync(storage, "w", options);
    make(file);
    file.closeSync();
    return new Specimen(storage.image());
  }

  /** Where the superblock stands, from which addresses count. */
  get base(): number {
    return Math.max(0, baseOf(this.image));
  }

  /** Every structure of a name, in the order in which a reader meets them. */
  all(structure: string): readonly Structure[] {
    return this.#recording.structures.filter(({ name }) => name === structure);
  }

  /** Where the nth structure of a name starts. */
  start(structure: string, nth = 0): number {
    const found = this.all(structure).at(nth);
    if (found === undefined) {
      const names = [...new Set(this.#recording.structures.map(({ name }) => name))].join(", ");
      throw new Error(`the file has no ${structure} number ${nth}; it has ${names}`);
    }
    return found.start;
  }

  /** The address of the nth structure of a name. */
  address(structure: string, nth = 0): number {
    return this.start(structure, nth) - this.base;
  }

  /** A number of `width` bytes, `offset` bytes into the nth structure of a name. */
  get(structure: string, offset: number, width: number, nth = 0): number {
    const at = this.start(structure, nth) + offset;
    return Number(littleEndian(this.image.subarray(at, at + width)));
  }

  /** Puts a number of `width` bytes `offset` bytes into the nth structure of a name. */
  set(structure: string, offset: number, width: number, value: number | bigint, nth = 0): this {
    return this.put(this.start(structure, nth) + offset, bytesOf(value, width));
  }

  /** Puts bytes at a place of the file. */
  put(at: number, bytes: ArrayLike<number>): this {
    if (at < 0 || at + bytes.length > this.image.length) {
      throw new Error(`${bytes.length} bytes at ${at} of ${this.image.length}`);
    }
    this.image.set(bytes, at);
    return this;
  }

  /** Where bytes stand in the file, from `from` on; throws when they do not. */
  find(bytes: string | Uint8Array, from = 0): number {
    const at = Buffer.from(this.image).indexOf(Buffer.from(bytes), from);
    if (at < 0) {
      throw new Error(`the bytes ${String(bytes)} are not in the file`);
    }
    return at;
  }

  /** Puts checksums right, those of structures that only the changes lead to included. */
  seal(): this {
    seal(this.image, this.#recording.checksums);
    return this;
  }

  /** What reading all of the file meets; fails when that takes too long or too much, or ends in an error without a type. */
  read(limits: Partial<Limits> = SMALL_FILE_LIMITS): DetailedTally {
    return readAll(this.image, limits);
  }

  /** As `read`; at least one error met must be as described. */
  expect(problem: Problem, limits?: Partial<Limits>): DetailedTally {
    const tally = this.read(limits);
    const told = tally.met.map(({ step, error }) => ({
      step,
      code: error.code,
      structure: "structure" in error ? error.structure : undefined,
      message: error.message,
    }));
    expect(told).toContainEqual(
      expect.objectContaining(
        Object.fromEntries(
          Object.entries(problem).map(([key, value]) => [
            key,
            value instanceof RegExp ? expect.stringMatching(value) : value,
          ]),
        ),
      ),
    );
    return tally;
  }
}

/** An error that must be met. */
export interface Problem {
  readonly code: HdfiveError["code"];
  /** The structure that the error names. */
  readonly structure?: string | RegExp;
  readonly message?: RegExp;
  /** Where it is met: "/x data". */
  readonly step?: string | RegExp;
}

/** Reads all of an image within the bounds that hold for every hostile file. */
export function readAll(image: Uint8Array<ArrayBuffer>, limits: Partial<Limits> = SMALL_FILE_LIMITS): DetailedTally {
  const tally = new DetailedTally();
  const before = process.cpuUsage();
  const allocated = peakAllocation(() => exercise(image.slice(), limits, tally));
  const { user, system } = process.cpuUsage(before);
  expect((user + system) / 1000, "milliseconds of processor time").toBeLessThan(CPU_MILLISECONDS);
  expect(allocated, "bytes allocated at once").toBeLessThanOrEqual(ALLOCATED_BYTES);
  return tally;
}

/** What could be read although something else could not. */
export function okCount(tally: Tally): number {
  return tally.get("ok") ?? 0;
}

function bytesOf(value: number | bigint, width: number): number[] {
  const bits = BigInt.asUintN(8 * width, BigInt(value));
  return Array.from({ length: width }, (_, i) => Number((bits >> BigInt(8 * i)) & 0xffn));
}

function littleEndian(bytes: Uint8Array): bigint {
  return bytes.reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}
