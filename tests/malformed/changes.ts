import { baseOf, type Place, type Recording } from "./places.js";

/** One change of a file's bytes, as plain data. */
export type Change =
  /** Bytes over those at a place, in hexadecimal digits. */
  | { readonly kind: "put"; readonly at: number; readonly hex: string }
  /** Bytes between those at a place: all that follows moves. */
  | { readonly kind: "insert"; readonly at: number; readonly hex: string }
  /** Bytes taken out: all that follows moves. */
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  /** The end of the file cut off, or zeros put there. */
  | { readonly kind: "resize"; readonly length: number };

/** What changes are made of: the file, what its decoders read of it, and another file to take bytes from. */
export interface Material {
  readonly image: Uint8Array;
  readonly recording: Recording;
  readonly donor: Uint8Array;
}

const MAX_CHANGES = 4;
const NUMBERS = [0, 1, 2, 7, 8, 255, 256, 0xffff, 2 ** 31 - 1, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1, 2 ** 53].map(BigInt);

/** The file after changes, in their order. */
export function changed(original: Uint8Array, changes: readonly Change[]): Uint8Array<ArrayBuffer> {
  let image = Uint8Array.from(original);
  for (const change of changes) {
    image = applied(image, change);
  }
  return image;
}

function applied(image: Uint8Array<ArrayBuffer>, change: Change): Uint8Array<ArrayBuffer> {
  switch (change.kind) {
    case "put": {
      const bytes = Buffer.from(change.hex, "hex");
      image.set(bytes.subarray(0, Math.max(0, image.length - change.at)), Math.min(change.at, image.length));
      return image;
    }
    case "insert":
      return joined(image.subarray(0, change.at), Buffer.from(change.hex, "hex"), image.subarray(change.at));
    case "remove":
      return joined(image.subarray(0, change.at), image.subarray(change.at + change.length));
    case "resize": {
      const resized = new Uint8Array(change.length);
      resized.set(image.subarray(0, change.length));
      return resized;
    }
  }
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.concat(parts));
}

/** Changes of structures, from random numbers: a few, and mostly of fields that a decoder reads. */
export function randomChanges(material: Material, random: () => number): Change[] {
  const count = 1 + Math.floor(random() * random() * MAX_CHANGES);
  return Array.from({ length: count }, () => randomChange(material, random)).filter((change) => change !== null);
}

function randomChange(material: Material, random: () => number): Change | null {
  const { image, recording } = material;
  const choice = random();
  if (recording.places.length === 0 || choice > 0.95) {
    const at = below(image.length, random);
    return { kind: "put", at, hex: hexOf(BigInt(below(256, random)), 1) };
  }
  if (choice < 0.6) {
    return changeField(material, random);
  }
  if (choice < 0.75) {
    return redirect(material, random);
  }
  if (choice < 0.83) {
    return overwrite(material, random);
  }
  if (choice < 0.88) {
    return splice(material, random);
  }
  const structure = pick(recording.structures, random);
  const at = structure.start + below(structure.end - structure.start + 1, random);
  if (choice < 0.91) {
    return { kind: "resize", length: at };
  }
  const length = 1 << below(6, random);
  return choice < 0.93
    ? { kind: "insert", at, hex: Buffer.from(image.subarray(at, at + length)).toString("hex") }
    : { kind: "remove", at, length };
}

/** A field of some structure, each kind of structure as likely as the others, with a number that is hard to take. */
function changeField({ image, recording }: Material, random: () => number): Change {
  const { at, width, kind, structure } = pickPlace(recording, random);
  const size = Math.min(width, 8);
  const now = numberAt(image, at, size);
  const bits = BigInt(8 * size);
  const own = recording.structures.find((one) => one.name === structure && one.start <= at && at < one.end);
  const start = BigInt((own?.start ?? 0) - Math.max(0, baseOf(image)));
  const end = BigInt(image.length);
  const around = [now + 1n, now - 1n, now * 2n, now / 2n, now ^ (1n << BigInt(below(8 * size, random)))];
  const ends = [(1n << bits) - 1n, (1n << bits) - 2n, 1n << (bits - 1n), end, end - 1n, end - start];
  const random64 = BigInt(below(2 ** 32, random)) * 2n ** 32n + BigInt(below(2 ** 32, random));
  const candidates = [...around, ...around, ...ends, ...NUMBERS, random64, BigInt(below(256, random))];
  if (kind === "address" || kind === "length") {
    candidates.push(start, start, end - start);
  }
  if (kind === "bytes" || kind === "signature") {
    const within = below(width, random);
    return { kind: "put", at: at + within, hex: hexOf(BigInt(below(256, random)), 1) };
  }
  return { kind: "put", at, hex: hexOf(pick(candidates, random), size) };
}

/** An address that leads to another structure: cycles come from here, and structures taken for others. */
function redirect({ image, recording }: Material, random: () => number): Change {
  const addresses = recording.places.filter(({ kind }) => kind === "address");
  const { at, width } = pick(addresses.length > 0 ? addresses : recording.places, random);
  if (random() < 0.5) {
    const other = pick(addresses.length > 0 ? addresses : recording.places, random);
    return { kind: "put", at, hex: hexOf(numberAt(image, other.at, Math.min(other.width, 8)), Math.min(width, 8)) };
  }
  const to = pick(recording.structures, random).start - Math.max(0, baseOf(image));
  return { kind: "put", at, hex: hexOf(BigInt(to), Math.min(width, 8)) };
}

/** A structure, or its beginning, over another. */
function overwrite({ image, recording }: Material, random: () => number): Change {
  const from = pick(recording.structures, random);
  const same = recording.structures.filter(({ name }) => name === from.name);
  const to = pick(random() < 0.7 ? same : recording.structures, random);
  const length = Math.max(1, Math.floor((from.end - from.start) * (random() < 0.7 ? 1 : random())));
  return hexChange(to.start, image.subarray(from.start, from.start + Math.min(length, 4096)));
}

/** Bytes of another file over some of this one. */
function splice({ image, donor }: Material, random: () => number): Change {
  const length = 1 + below(Math.min(donor.length, 512), random);
  const from = below(Math.max(1, donor.length - length), random);
  return hexChange(below(image.length, random), donor.subarray(from, from + length));
}

function hexChange(at: number, bytes: Uint8Array): Change {
  return { kind: "put", at, hex: Buffer.from(bytes).toString("hex") };
}

function pickPlace(recording: Recording, random: () => number): Place {
  const names = [...new Set(recording.places.map(({ structure }) => structure))];
  const name = pick(names, random);
  return pick(
    recording.places.filter(({ structure }) => structure === name),
    random,
  );
}

function numberAt(image: Uint8Array, at: number, width: number): bigint {
  return image.subarray(at, at + width).reduceRight((sum, byte) => (sum << 8n) | BigInt(byte), 0n);
}

function hexOf(value: bigint, width: number): string {
  const bits = BigInt.asUintN(8 * width, value);
  const big = bits.toString(16).padStart(2 * width, "0");
  return Buffer.from(big, "hex").reverse().toString("hex");
}

function below(limit: number, random: () => number): number {
  return Math.floor(random() * limit);
}

function pick<T>(list: readonly T[], random: () => number): T {
  return list[below(list.length, random)] as T;
}
