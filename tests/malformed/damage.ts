import { DEFAULT_CONTEXT, lookup3, objectHeader, Reader } from "@hdfive/format";
import { type Change, changed, randomChanges } from "./changes.js";
import type { Recording } from "./places.js";
import { recordAll, seal as sealAll } from "./seal.js";

/** One way to damage a file, as plain data: a failure is repeated from what the report prints. */
export type Damage =
  | { readonly kind: "none" }
  /** The first `length` bytes; `honest` files have a superblock that says so. */
  | { readonly kind: "truncate"; readonly length: number; readonly honest: boolean }
  /** A few random bytes, fields and copies, from a seed. */
  | { readonly kind: "mutate"; readonly seed: number }
  /** Changes of what the decoders read, from a seed; `keep` are the numbers of those that are made, all by default. */
  | { readonly kind: "structural"; readonly seed: number; readonly keep?: readonly number[] }
  /** Changes that were found before. */
  | { readonly kind: "recipe"; readonly changes: readonly Change[] };

const INTERESTING = [0, 1, 2, 7, 8, 0x7f, 0x80, 0xff, 0x100, 0x7fff, 0xffff, 0x1_0000, 0x7fff_ffff, 0xffff_ffff];
const END_OF_FILE_V0 = 40;
const END_OF_FILE_V2 = 28;
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];
const HEADER_SIGNATURE = [0x4f, 0x48, 0x44, 0x52];

/** The share of structural damages whose checksums are put right, as those of an attacker are. */
const SEALED = 0.85;

/** The file after the damage; the original stays. `donor` is another file, to take bytes from. */
export function damaged(
  original: Uint8Array<ArrayBuffer>,
  damage: Damage,
  donor: Uint8Array = original,
): Uint8Array<ArrayBuffer> {
  switch (damage.kind) {
    case "none":
      return original.slice();
    case "truncate": {
      const image = original.slice(0, damage.length);
      if (damage.honest) {
        setEndOfFile(image);
      }
      return image;
    }
    case "mutate": {
      const image = original.slice();
      const random = generator(damage.seed);
      const changes = 1 + Math.floor(random() * random() * 8);
      for (let i = 0; i < changes; i++) {
        change(image, random);
      }
      // Half of the mutants get past the checksums, as those of an attacker do.
      if (random() < 0.5) {
        repairChecksums(original, image);
      }
      return image;
    }
    case "structural":
      return structural(original, damage.seed, damage.keep, donor);
    case "recipe":
      return changed(original, damage.changes);
  }
}

function structural(
  original: Uint8Array<ArrayBuffer>,
  seed: number,
  keep: readonly number[] | undefined,
  donor: Uint8Array,
): Uint8Array<ArrayBuffer> {
  const random = generator(seed);
  const recording = recordingOf(original);
  const changes = randomChanges({ image: original, recording, donor }, random);
  const sealed = random() < SEALED;
  const kept = keep === undefined ? changes : keep.flatMap((i) => changes[i] ?? []);
  const image = changed(original, kept);
  if (kept.some(({ kind }) => kind !== "put")) {
    setEndOfFile(image);
  }
  if (sealed) {
    sealAll(image, recording.checksums);
  }
  return image;
}

/** What the decoders read of a file is found out once. */
const recordings = new WeakMap<Uint8Array, Recording>();

function recordingOf(original: Uint8Array<ArrayBuffer>): Recording {
  const recording = recordings.get(original) ?? recordAll(original);
  recordings.set(original, recording);
  return recording;
}

/** Numbers from 0 up to 1 that depend on the seed alone (mulberry32). */
export function generator(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 0x1_0000_0000;
  };
}

function change(image: Uint8Array, random: () => number): void {
  const at = Math.floor(random() * image.length);
  const choice = random();
  if (choice < 0.5) {
    image[at] = Math.floor(random() * 256);
  } else if (choice < 0.65) {
    image[at] = (image[at] as number) ^ (1 << Math.floor(random() * 8));
  } else if (choice < 0.85) {
    const width = 1 << Math.floor(random() * 4);
    const value = INTERESTING[Math.floor(random() * INTERESTING.length)] as number;
    for (let i = 0; i < width && at + i < image.length; i++) {
      image[at + i] = Math.floor(value / 256 ** i) % 256;
    }
  } else {
    // Pointers to structures of another kind come from copies.
    const width = 1 << Math.floor(random() * 6);
    const from = Math.floor(random() * image.length);
    image.copyWithin(at, from, Math.min(from + width, from + image.length - at));
  }
}

function repairChecksums(original: Uint8Array, image: Uint8Array): void {
  const at = find(original, SIGNATURE, 0);
  if (at >= 0 && (original[at + 8] as number) >= 2) {
    seal(image, at, 48);
  }
  for (let from = find(original, HEADER_SIGNATURE, 0); from >= 0; from = find(original, HEADER_SIGNATURE, from + 4)) {
    const size = objectHeader.totalSize(new Reader(original.subarray(from), "object header"), DEFAULT_CONTEXT);
    seal(image, from, size);
  }
}

function seal(image: Uint8Array, at: number, length: number): void {
  if (at + length <= image.length) {
    const sum = lookup3(image.subarray(at, at + length - 4));
    new DataView(image.buffer, image.byteOffset).setUint32(at + length - 4, sum, true);
  }
}

function setEndOfFile(image: Uint8Array): void {
  const at = find(image, SIGNATURE, 0);
  if (at < 0 || image.length < at + 64) {
    return;
  }
  const version = image[at + 8] as number;
  const field = at + (version < 2 ? END_OF_FILE_V0 : END_OF_FILE_V2);
  new DataView(image.buffer).setBigUint64(field, BigInt(image.length), true);
  if (version >= 2) {
    seal(image, at, 48);
  }
}

function find(bytes: Uint8Array, pattern: readonly number[], from: number): number {
  for (let at = bytes.indexOf(pattern[0] as number, from); at >= 0; at = bytes.indexOf(pattern[0] as number, at + 1)) {
    if (pattern.every((byte, i) => bytes[at + i] === byte)) {
      return at;
    }
  }
  return -1;
}
