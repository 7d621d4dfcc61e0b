import { lookup3, Reader } from "@hdfive/format";

/** A field that a decoder read: where it stands in the file, and what it was read as. */
export interface Place {
  readonly at: number;
  readonly width: number;
  readonly kind: FieldKind;
  /** Name of the structure that the decoder was reading. */
  readonly structure: string;
}

/** What a field is to the decoder that read it. */
export type FieldKind = "address" | "length" | "number" | "signature" | "bytes";

/** A structure that was decoded, as far as it was read. */
export interface Structure {
  readonly name: string;
  readonly start: number;
  readonly end: number;
}

/** A checksum that a decoder looked at, and the bytes that it covers; where it is one of them it counts as zeros. */
export interface ChecksumSite {
  readonly at: number;
  readonly from: number;
  readonly to: number;
}

/** Everything that decoders read of a file while something ran. */
export interface Recording {
  readonly places: readonly Place[];
  /** Structures in the order in which they were met. */
  readonly structures: readonly Structure[];
  readonly checksums: readonly ChecksumSite[];
}

/** The methods of a reader that take a field; a field that is read by means of another counts once. */
const FIELDS: Readonly<Record<string, FieldKind>> = {
  u8: "number",
  u16: "number",
  u32: "number",
  i32: "number",
  u64: "number",
  uint: "number",
  optional: "number",
  offset: "address",
  definedOffset: "address",
  lengthField: "length",
  bytes: "bytes",
  latin1: "bytes",
  text: "bytes",
  terminatedText: "bytes",
  signature: "signature",
};

const CHECKSUM_SIZE = 4;
const SIGNATURE = [0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a];

type Method = (this: Reader, ...given: unknown[]) => unknown;

/** Where the superblock is: all addresses count from it. -1 when there is none. */
export function baseOf(image: Uint8Array): number {
  for (let at = 0; at + SIGNATURE.length <= image.length; at = at === 0 ? 512 : 2 * at) {
    if (SIGNATURE.every((byte, i) => image[at + i] === byte)) {
      return at;
    }
  }
  return -1;
}

/**
 * Notes what the decoders read of an image while `run` reads it: every field by its place in the file. The readers
 * themselves are listened to, so whatever structure is added to the format is found without being named here.
 */
export function record(image: Uint8Array, run: () => void): Recording {
  const recorder = new Recorder(image);
  const prototype: object = Reader.prototype;
  const methods = new Map<string, Method>();
  const listen = (name: string, make: (method: Method) => Method): void => {
    const method = Reflect.get(prototype, name) as Method;
    methods.set(name, method);
    Object.defineProperty(prototype, name, { value: make(method), configurable: true, writable: true });
  };
  let depth = 0;
  for (const [name, kind] of Object.entries(FIELDS)) {
    listen(
      name,
      (method) =>
        function (this: Reader, ...given) {
          const from = this.position;
          depth++;
          try {
            return method.apply(this, given);
          } finally {
            depth--;
            if (depth === 0 && this.position > from) {
              recorder.field(this, from, kind);
            }
          }
        },
    );
  }
  const span = Reflect.get(prototype, "span") as Method;
  recorder.span = (reader) => span.apply(reader, [0, 0]) as Uint8Array;
  listen(
    "span",
    (method) =>
      function (this: Reader, ...given) {
        const [from, to] = given as [number, number];
        const { position } = this;
        if (from < to && from <= position && (to === position || to >= position + CHECKSUM_SIZE)) {
          recorder.covered(this, from, to);
        }
        return method.apply(this, given);
      },
  );
  try {
    run();
  } finally {
    for (const [name, method] of methods) {
      Object.defineProperty(prototype, name, { value: method, configurable: true, writable: true });
    }
  }
  return recorder.recording();
}

class Recorder {
  /** The empty stretch at the start of a reader's bytes, which tells in which memory they are. */
  span: (reader: Reader) => Uint8Array = () => new Uint8Array(0);
  readonly #image: Uint8Array;
  readonly #base: number;
  /** Where in the file a piece of memory begins: readers of messages know no address, but share memory with their header. */
  readonly #origins = new WeakMap<ArrayBufferLike, number>();
  readonly #places = new Map<string, Place>();
  readonly #structures = new Map<string, Structure>();
  readonly #checksums = new Map<number, ChecksumSite>();
  #covered: { readonly reader: Reader; readonly position: number; readonly from: number; readonly to: number } | null =
    null;

  constructor(image: Uint8Array) {
    this.#image = image;
    this.#base = Math.max(0, baseOf(image));
  }

  field(reader: Reader, from: number, kind: FieldKind): void {
    const start = this.#start(reader);
    if (start === null) {
      return;
    }
    const width = reader.position - from;
    const at = start + from;
    const { structure } = reader;
    const covered = this.#covered;
    if (covered !== null && covered.reader === reader && covered.position === from && width === CHECKSUM_SIZE) {
      this.#checksums.set(at, { at, from: start + covered.from, to: start + covered.to });
    }
    this.#covered = null;
    const key = `${at} ${width}`;
    if (!this.#places.has(key) || kind === "address") {
      this.#places.set(key, { at, width, kind, structure });
    }
    const known = this.#structures.get(`${structure} ${start}`);
    this.#structures.set(`${structure} ${start}`, {
      name: structure,
      start,
      end: Math.max(known?.end ?? 0, at + width),
    });
  }

  /** Bytes up to where the reader stands, or around it, were asked for: a field of four bytes there is their checksum. */
  covered(reader: Reader, from: number, to: number): void {
    this.#covered = { reader, position: reader.position, from, to };
  }

  /** Where in the file a reader's bytes begin; `null` when they are no stretch of the file. */
  #start(reader: Reader): number | null {
    const view = this.span(reader);
    if (reader.address !== undefined) {
      const start = this.#base + reader.address;
      this.#origins.set(view.buffer, start - view.byteOffset);
      return start;
    }
    const origin = this.#origins.get(view.buffer);
    return origin === undefined ? null : origin + view.byteOffset;
  }

  recording(): Recording {
    const inside = ({ at, width }: Place): boolean => at >= 0 && at + width <= this.#image.length;
    return {
      places: [...this.#places.values()].filter(inside),
      structures: [...this.#structures.values()].filter(({ start, end }) => start >= 0 && end <= this.#image.length),
      checksums: [...this.#checksums.values()],
    };
  }
}

/** Puts right every checksum of a list that is not; whether there was one. */
export function sealAt(image: Uint8Array, sites: readonly ChecksumSite[]): boolean {
  const view = new DataView(image.buffer, image.byteOffset, image.byteLength);
  let changed = false;
  // Structures within structures first: their bytes are covered too.
  for (const { at, from, to } of [...sites].sort((a, b) => a.to - a.from - (b.to - b.from))) {
    if (from < 0 || from >= to || Math.max(to, at + CHECKSUM_SIZE) > image.length) {
      continue;
    }
    const covered = image.slice(from, to);
    if (at < to) {
      covered.fill(0, at - from, at - from + CHECKSUM_SIZE);
    }
    const sum = lookup3(covered);
    if (view.getUint32(at, true) !== sum) {
      view.setUint32(at, sum, true);
      changed = true;
    }
  }
  return changed;
}
