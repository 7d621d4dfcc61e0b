import type { ExpectedDataset, ExpectedFile, ExpectedObject } from "./expected-file.js";
import {
  type DatasetOperation,
  OPERATION_DTYPES,
  type Operation,
  type OperationDtype,
  type OperationValue,
} from "./operations.js";

/** What fast-check chooses: a kind of operation, and a number that all its details follow from. */
export interface RawOperation {
  readonly kind: Operation["op"];
  readonly seed: number;
}

/** Kinds of operations, the usual ones more often. */
export const OPERATION_KINDS: readonly Operation["op"][] = [
  ...(["group", "dataset", "dataset", "dataset", "write", "write", "write", "resize", "resize", "resize"] as const),
  ...([
    "attr",
    "attr",
    "attr",
    "attr",
    "attr",
    "deleteAttr",
    "renameAttr",
    "delete",
    "delete",
    "move",
    "link",
  ] as const),
  ...(["softLink", "softLink", "externalLink"] as const),
];

/** Those that libhdf5 does rightly: it loses the order of dense attributes that it renames. */
export const THEIR_KINDS: readonly Operation["op"][] = OPERATION_KINDS.filter((kind) => kind !== "renameAttr");

/** What a library can do, and how it may name links. */
export interface Abilities {
  /** Kinds of operations; others become attributes. */
  readonly kinds: readonly Operation["op"][];
}

/** So many that groups and objects pass from a few links and attributes to many and back. */
const NAMES = [
  "a",
  "b",
  "data",
  "Ω",
  "名前",
  "two words",
  "Z",
  "long".repeat(12),
  "m1",
  "m2",
  "m3",
  "m4",
  "m5",
  "m6",
  "m7",
  "m8",
  "m9",
  "mm",
  "ab",
];
const TEXTS = ["", "x", "longer than the last one", "äöü", "日本語", "q".repeat(70)];

/** The operation that a raw one means for the file as it is expected to be; `null` where it would make no sense. */
export function resolveOperation(
  { kind, seed }: RawOperation,
  file: ExpectedFile,
  { kinds }: Abilities,
): Operation | null {
  const random = new Dice(seed);
  const paths = file.paths();
  const groups = paths.filter(([, { kind: what }]) => what === "group");
  const [groupPath, group] = random.pick(groups);
  const name = random.pick(NAMES);
  const path = `${groupPath === "/" ? "" : groupPath}/${name}`;
  const isFree = group.kind === "group" && !group.links.has(name);
  const [datasetPath, dataset] = random.pick([...paths.filter(isDataset), [null, null] as const]);
  switch (kinds.includes(kind) ? kind : "attr") {
    case "group":
      return isFree && path.split("/").length < 8 ? { op: "group", path, ordered: random.below(3) === 0 } : null;
    case "dataset":
      return isFree ? newDataset(random, path) : null;
    case "write":
      return datasetPath === null ? null : newWrite(random, datasetPath, dataset);
    case "resize":
      return datasetPath === null || dataset.made.chunks === null ? null : newResize(random, datasetPath, dataset);
    case "attr": {
      const dtype = random.pick(OPERATION_DTYPES);
      const shape = random.pick<readonly number[]>([[], [], [1], [7], [2, 3], [40]]);
      return { op: "attr", path: random.pick(paths)[0], name, dtype, shape, data: random.values(dtype, shape) };
    }
    case "deleteAttr": {
      const [owner, { attrs }] = random.pick(paths);
      return attrs.size === 0 ? null : { op: "deleteAttr", path: owner, name: random.pick([...attrs.keys()]) };
    }
    case "renameAttr": {
      const [owner, { attrs }] = random.pick(paths);
      const isUsed = attrs.size === 0 || attrs.has(name);
      return isUsed ? null : { op: "renameAttr", path: owner, name: random.pick([...attrs.keys()]), to: name };
    }
    case "move":
      // Groups could be moved into themselves.
      return isFree && datasetPath !== null ? { op: "move", path: datasetPath, to: path } : null;
    case "externalLink":
      return isFree ? { op: "externalLink", path, file: random.pick(["other.h5", "Ω.h5"]), target: "/x/y" } : null;
    case "delete": {
      const [victim] = random.pick(paths);
      return victim === "/" || victim.length < 3 ? null : { op: "delete", path: victim };
    }
    case "link":
      return isFree && datasetPath !== null ? { op: "link", path, target: datasetPath } : null;
    case "softLink":
      return isFree ? { op: "softLink", path, target: random.pick(["/nowhere", "a", datasetPath ?? "b"]) } : null;
  }
}

/** The operations that raw ones mean, one after the other; `file` is what they lead to. */
export function resolveAll(raw: readonly RawOperation[], file: ExpectedFile, abilities: Abilities): Operation[] {
  return raw.flatMap((item) => {
    const operation = resolveOperation(item, file, abilities);
    if (operation !== null) {
      file.apply(operation);
    }
    return operation === null ? [] : [operation];
  });
}

function isDataset(entry: readonly [string, ExpectedObject]): entry is [string, ExpectedDataset] {
  return entry[1].kind === "dataset";
}

function newDataset(random: Dice, path: string): DatasetOperation {
  const dtype = random.pick(OPERATION_DTYPES);
  const shape = Array.from({ length: random.below(4) }, () => random.below(7));
  const isChunked = shape.length > 0 && random.below(4) > 0;
  const maxShape = shape.map((extent) => (random.below(2) === 0 ? null : extent + 1 + random.below(5)));
  const isLarge = isChunked && random.below(3) === 0;
  const fill = dtype !== "string" && random.below(2) === 0 ? random.value(dtype) : null;
  // libhdf5 shows what stood in the file before where it allocates contiguous data that no fill value was set for.
  const isWritten = random.below(3) > 0 || (!isChunked && fill === null);
  return {
    op: "dataset",
    path,
    dtype,
    shape,
    maxShape: isChunked ? maxShape : null,
    chunks: isChunked ? shape.map((_, axis) => Math.min(maxShape[axis] ?? 9, 1 + random.below(isLarge ? 9 : 3))) : null,
    gzip: isChunked && random.below(2) === 0 ? 1 + random.below(9) : null,
    // libhdf5 tells the shuffle filter no element size where elements are pointers, so it does nothing there.
    shuffle: isChunked && dtype !== "string" && random.below(2) === 0,
    fletcher32: isChunked && dtype !== "string" && random.below(3) === 0,
    fill,
    data: isWritten ? random.values(dtype, shape) : null,
  };
}

function newWrite(random: Dice, path: string, { shape, made }: ExpectedDataset): Operation | null {
  if (shape.includes(0)) {
    return null;
  }
  const start = shape.map((extent) => random.below(extent));
  const step = shape.map(() => 1 + random.below(3));
  const count = shape.map((extent, axis) => {
    const most = Math.ceil((extent - (start[axis] as number)) / (step[axis] as number));
    return 1 + random.below(most);
  });
  return { op: "write", path, start, step, count, data: random.values(made.dtype, count) };
}

function newResize(random: Dice, path: string, { shape, made }: ExpectedDataset): Operation {
  const resized = shape.map((extent, axis) => {
    const most = made.maxShape?.[axis] ?? extent + 6;
    return Math.min(most, Math.max(0, extent + random.below(9) - 4));
  });
  return { op: "resize", path, shape: resized };
}

/** Numbers that look random and follow from a seed. */
class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed | 0;
  }

  below(limit: number): number {
    this.#state = (Math.imul(this.#state ^ (this.#state >>> 15), 0x2c1b3c6d) + 0x9e3779b9) | 0;
    const mixed = Math.imul(this.#state ^ (this.#state >>> 12), 0x297a2d39);
    return ((mixed ^ (mixed >>> 15)) >>> 0) % Math.max(1, limit);
  }

  pick<T>(items: readonly T[]): T {
    return items[this.below(items.length)] as T;
  }

  value(dtype: OperationDtype): OperationValue {
    switch (dtype) {
      case "string":
        return this.pick(TEXTS);
      case "|u1":
        return this.below(256);
      case ">i2":
        return this.below(65536) - 32768;
      case "int32":
        return this.below(2 ** 32) - 2 ** 31;
      case "float64":
        return (this.below(2 ** 32) - 2 ** 31) / 64;
    }
  }

  values(dtype: OperationDtype, shape: readonly number[]): OperationValue[] {
    return Array.from({ length: shape.reduce((product, extent) => product * extent, 1) }, () => this.value(dtype));
  }
}
