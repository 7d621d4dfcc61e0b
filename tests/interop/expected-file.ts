import type { Description, ObjectDescription } from "./describe.js";
import type { DatasetOperation, Operation, OperationDtype, OperationValue } from "./operations.js";
import type { Plain } from "./plain.js";

interface ExpectedAttribute {
  readonly dtype: OperationDtype;
  readonly shape: readonly number[];
  readonly data: readonly OperationValue[];
}

/** A group as it should be: links to objects, or elsewhere. */
export interface ExpectedGroup {
  readonly kind: "group";
  /** Whether links and attributes are listed in the order they were made. */
  readonly ordered: boolean;
  readonly attrs: Map<string, ExpectedAttribute>;
  readonly links: Map<string, ExpectedObject | ExpectedLink>;
}

/** A link that leads elsewhere, in the words of the readers: "soft /a", "external other.h5 /b". */
export type ExpectedLink = string;

/** A dataset as it should be; `values` are in row-major order. */
export interface ExpectedDataset {
  readonly kind: "dataset";
  readonly attrs: Map<string, ExpectedAttribute>;
  readonly made: DatasetOperation;
  shape: readonly number[];
  values: OperationValue[];
}

/** An object as it should be. */
export type ExpectedObject = ExpectedGroup | ExpectedDataset;

const SIGNATURES: Readonly<Record<OperationDtype, string>> = {
  int32: "int32le",
  "|u1": "uint8",
  ">i2": "int16be",
  float64: "float64le:11/52",
  string: "vstring(utf-8)",
};

/** What a file should hold after some operations: the simplest thing that could be right. */
export class ExpectedFile {
  readonly root: ExpectedGroup;

  /** @param ordered whether the root group keeps the order of its links */
  constructor(ordered = false) {
    this.root = { kind: "group", ordered, attrs: new Map(), links: new Map() };
  }

  /** The object at a path that is known to be there. */
  at(path: string): ExpectedObject {
    let found: ExpectedObject = this.root;
    for (const name of path.split("/").filter((part) => part !== "")) {
      const next: ExpectedObject | ExpectedLink | undefined =
        found.kind === "group" ? found.links.get(name) : undefined;
      if (next === undefined || typeof next === "string") {
        throw new Error(`nothing at ${path}`);
      }
      found = next;
    }
    return found;
  }

  /** Every object by every path that leads to it, over hard links. */
  paths(): [string, ExpectedObject][] {
    const found: [string, ExpectedObject][] = [];
    const visit = (object: ExpectedObject, path: string): void => {
      found.push([path === "" ? "/" : path, object]);
      if (object.kind === "group") {
        for (const [name, member] of object.links) {
          if (typeof member !== "string") {
            visit(member, `${path}/${name}`);
          }
        }
      }
    };
    visit(this.root, "");
    return found;
  }

  /** Does what an operation says. */
  apply(operation: Operation): void {
    switch (operation.op) {
      case "group":
        this.#put(operation.path, { kind: "group", ordered: operation.ordered, attrs: new Map(), links: new Map() });
        return;
      case "dataset": {
        const { shape, data } = operation;
        const values = data === null ? filled(operation, shape) : [...data];
        this.#put(operation.path, { kind: "dataset", attrs: new Map(), made: operation, shape, values });
        return;
      }
      case "write": {
        const dataset = this.at(operation.path) as ExpectedDataset;
        for (const [index, position] of indices(operation.count).entries()) {
          const at = position.map((n, axis) => (operation.start[axis] ?? 0) + n * (operation.step[axis] ?? 1));
          dataset.values[offset(at, dataset.shape)] = operation.data[index] as OperationValue;
        }
        return;
      }
      case "resize": {
        const dataset = this.at(operation.path) as ExpectedDataset;
        const values = filled(dataset.made, operation.shape);
        for (const position of indices(operation.shape)) {
          if (position.every((n, axis) => n < (dataset.shape[axis] ?? 0))) {
            values[offset(position, operation.shape)] = dataset.values[
              offset(position, dataset.shape)
            ] as OperationValue;
          }
        }
        dataset.shape = operation.shape;
        dataset.values = values;
        return;
      }
      case "attr": {
        const { attrs } = this.at(operation.path);
        attrs.delete(operation.name);
        attrs.set(operation.name, operation);
        return;
      }
      case "deleteAttr":
        this.at(operation.path).attrs.delete(operation.name);
        return;
      case "renameAttr":
        rename(this.at(operation.path).attrs, operation.name, operation.to);
        return;
      case "delete": {
        const [parent, name] = this.#place(operation.path);
        parent.links.delete(name);
        return;
      }
      case "move": {
        const [parent, name] = this.#place(operation.path);
        const moved = parent.links.get(name) as ExpectedObject | ExpectedLink;
        parent.links.delete(name);
        this.#put(operation.to, moved);
        return;
      }
      case "externalLink":
        this.#put(operation.path, `external ${operation.file} ${operation.target}`);
        return;
      case "link":
        this.#put(operation.path, this.at(operation.target));
        return;
      case "softLink":
        this.#put(operation.path, `soft ${operation.target}`);
        return;
    }
  }

  /** The file as the readers describe it, as far as the operations decide it. */
  describe(): Description {
    const described: Record<string, ObjectDescription> = {};
    const paths = new Map<ExpectedObject, string>();
    const counts = new Map<ExpectedObject, number>([[this.root, 1]]);
    const visit = (object: ExpectedObject, path: string): void => {
      paths.set(object, path);
      const links: Record<string, string> = {};
      described[path] = { kind: object.kind, attrs: attributes(object), referenceCount: 0, ...details(object) };
      if (object.kind === "dataset") {
        return;
      }
      Object.assign(described[path] as object, { links });
      for (const [name, member] of [...object.links].sort(byBytes)) {
        if (typeof member === "string") {
          links[name] = member;
          continue;
        }
        if (!paths.has(member)) {
          visit(member, `${path === "/" ? "" : path}/${name}`);
        }
        counts.set(member, (counts.get(member) ?? 0) + 1);
        links[name] = `hard ${paths.get(member)}`;
      }
    };
    visit(this.root, "/");
    for (const [object, path] of paths) {
      Object.assign(described[path] as object, { referenceCount: counts.get(object) });
    }
    return described;
  }

  /** Names of links and of attributes by the path of their group, where the group keeps their order. */
  orders(): Orders {
    const orders: Record<string, { links: readonly string[]; attrs: readonly string[] }> = {};
    for (const [path, object] of this.paths()) {
      if (object.kind === "group" && object.ordered) {
        orders[path] = { links: [...object.links.keys()], attrs: [...object.attrs.keys()] };
      }
    }
    return orders;
  }

  #put(path: string, object: ExpectedObject | ExpectedLink): void {
    const [parent, name] = this.#place(path);
    parent.links.set(name, object);
  }

  #place(path: string): [ExpectedGroup, string] {
    const end = path.lastIndexOf("/");
    return [this.at(path.slice(0, end)) as ExpectedGroup, path.slice(end + 1)];
  }
}

/** Names in the order they were made, by the path of their group. */
export type Orders = Readonly<Record<string, { readonly links: readonly string[]; readonly attrs: readonly string[] }>>;

/** What of a reader's description the operations decide: all but how the data is stored. */
export function decided(description: Description): Description {
  return Object.fromEntries(
    Object.entries(description).map(([path, { fill, storageSize, layout, ...rest }]) => [path, rest]),
  );
}

function details(object: ExpectedObject): Partial<ObjectDescription> {
  if (object.kind === "group") {
    return {};
  }
  const { dtype, maxShape, chunks, shuffle, gzip, fletcher32 } = object.made;
  const size = { int32: 4, "|u1": 1, ">i2": 2, float64: 8, string: 16 }[dtype];
  const filters: [number, number, readonly number[]][] = [
    ...(shuffle ? ([[2, 1, [size]]] as [number, number, number[]][]) : []),
    ...(gzip === null ? [] : ([[1, 1, [gzip]]] as [number, number, number[]][])),
    ...(fletcher32 ? ([[3, 0, []]] as [number, number, number[]][]) : []),
  ];
  return {
    dtype: SIGNATURES[dtype],
    shape: object.shape,
    maxShape: maxShape ?? object.made.shape,
    chunks,
    filters,
    value: nested(object.values, object.shape),
  };
}

function attributes({ attrs }: ExpectedObject): ObjectDescription["attrs"] {
  return Object.fromEntries(
    [...attrs].map(([name, { dtype, shape, data }]) => [
      name,
      { dtype: SIGNATURES[dtype], shape, value: nested(data, shape) },
    ]),
  );
}

/** Gives an entry another name in its place. */
function rename<T>(map: Map<string, T>, from: string, to: string): void {
  const entries = [...map];
  map.clear();
  for (const [name, value] of entries) {
    map.set(name === from ? to : name, value);
  }
}

function filled({ dtype, fill }: DatasetOperation, shape: readonly number[]): OperationValue[] {
  return indices(shape).map(() => fill ?? (dtype === "string" ? "" : 0));
}

function nested(values: readonly OperationValue[], shape: readonly number[]): Plain {
  let index = 0;
  const level = (axis: number): Plain =>
    axis === shape.length
      ? (values[index++] as OperationValue)
      : Array.from({ length: shape[axis] as number }, () => level(axis + 1));
  return level(0);
}

function indices(shape: readonly number[]): number[][] {
  return shape.reduce<number[][]>(
    (sofar, extent) => sofar.flatMap((position) => Array.from({ length: extent }, (_, n) => [...position, n])),
    [[]],
  );
}

function offset(position: readonly number[], shape: readonly number[]): number {
  return position.reduce((sum, n, axis) => sum * (shape[axis] as number) + n, 0);
}

function byBytes([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return Buffer.compare(Buffer.from(a), Buffer.from(b));
}
