import type { AttributeInfo, Dataset, Datatype, File, Group, GroupLink, HdfObject, ObjectHandle } from "@hdfive/core";
import { NdArray } from "@hdfive/core";
import { type PathOf, type Plain, plainArray, plainValue } from "./plain.js";
import { typeSignature } from "./type-signature.js";

/** What a description says of an attribute. */
export interface AttributeDescription {
  readonly dtype: string;
  readonly shape: readonly number[] | null;
  readonly value: Plain;
}

/** What a description says of an object; groups have links, datasets the rest. */
export interface ObjectDescription {
  readonly kind: "group" | "dataset" | "datatype";
  readonly attrs: Readonly<Record<string, AttributeDescription>>;
  readonly referenceCount: number;
  readonly links?: Readonly<Record<string, string>>;
  readonly dtype?: string;
  readonly shape?: readonly number[] | null;
  readonly maxShape?: readonly (number | null)[] | null;
  readonly layout?: string;
  readonly chunks?: readonly number[] | null;
  readonly filters?: readonly (readonly [number, number, readonly number[]])[];
  readonly fill?: {
    readonly defined: string;
    readonly allocation: string;
    readonly time: string;
    readonly value: Plain;
  };
  readonly storageSize?: number;
  readonly value?: Plain;
}

/** Everything in a file, by the first path that leads there. */
export type Description = Readonly<Record<string, ObjectDescription>>;

/** Everything that hdfive sees in a file, as JSON: the same description that describe.py makes with h5py. */
export async function describeFile(file: File): Promise<Description> {
  const objects = new Map<string, { readonly object: HdfObject; readonly links: Record<string, string> }>();
  const paths = new Map<number, string>();
  const visit = async (object: HdfObject, path: string): Promise<void> => {
    const { address } = await object.info();
    paths.set(address, path);
    const links: Record<string, string> = {};
    objects.set(path, { object, links });
    if (object.kind !== "group") {
      return;
    }
    for (const link of (await object.links()).sort(byBytes)) {
      links[link.name] = await describeLink(object, link, path);
    }
  };
  const describeLink = async (group: Group, link: GroupLink, path: string): Promise<string> => {
    switch (link.kind) {
      case "soft":
        return `soft ${link.target}`;
      case "external":
        return `external ${link.file} ${link.path}`;
      case "user-defined":
        return "user-defined";
      case "hard": {
        if (!paths.has(link.address)) {
          await visit(await group.get(link.name), `${path === "/" ? "" : path}/${link.name}`);
        }
        return `hard ${paths.get(link.address)}`;
      }
    }
  };
  await visit(await file.get("/"), "/");
  const pathOf: PathOf = (address) => paths.get(address) ?? `nothing known at ${address}`;
  const description: Record<string, ObjectDescription> = {};
  for (const [path, { object, links }] of objects) {
    const { referenceCount } = await object.info();
    const common = { kind: object.kind, attrs: await describeAttributes(object, pathOf), referenceCount };
    if (object.kind === "dataset") {
      description[path] = { ...common, ...(await describeDataset(object, pathOf)) };
    } else if (object.kind === "datatype") {
      description[path] = { ...common, dtype: typeSignature(object.datatype) };
    } else {
      description[path] = { ...common, links };
    }
  }
  return description;
}

async function describeAttributes(
  { attrs }: ObjectHandle,
  pathOf: PathOf,
): Promise<Record<string, AttributeDescription>> {
  const found: Record<string, AttributeDescription> = {};
  for (const name of await attrs.keys()) {
    const { datatype, shape }: AttributeInfo = await attrs.info(name);
    const array = await attrs.getArray(name);
    found[name] = { dtype: typeSignature(datatype), shape, value: array === null ? null : plainArray(array, pathOf) };
  }
  return found;
}

async function describeDataset(dataset: Dataset, pathOf: PathOf): Promise<Partial<ObjectDescription>> {
  const { datatype, isNull } = dataset;
  const info = await dataset.info();
  const { fill } = info;
  return {
    dtype: typeSignature(datatype),
    shape: isNull ? null : [...dataset.shape],
    maxShape: isNull ? null : [...dataset.maxShape],
    layout: info.layout,
    chunks: info.chunkShape === null ? null : [...info.chunkShape],
    filters: info.filters.map(({ id, flags, clientData }) => [id, flags, [...clientData]]),
    fill: {
      defined: fill.defined,
      allocation: fill.allocationTime,
      time: fill.fillTime,
      value: fill.defined === "user" && !hasUntoldFill(datatype) ? await describeFill(dataset, pathOf) : null,
    },
    storageSize: info.storageSize,
    value: isNull ? null : plainArray(await dataset.read(), pathOf),
  };
}

async function describeFill(dataset: Dataset, pathOf: PathOf): Promise<Plain> {
  const fill = await dataset.fillValue();
  return fill instanceof NdArray ? plainArray(fill, pathOf) : plainValue(fill, dataset.datatype, pathOf);
}

/** Whether h5py does not say what the fill value is: where elements lead elsewhere, are arrays, or bytes it has no type for. */
export function hasUntoldFill(datatype: Datatype): boolean {
  switch (datatype.class) {
    case "variable-length":
    case "reference":
    case "opaque":
    case "bitfield":
    case "array":
      return true;
    case "compound":
      return datatype.members.some((member) => hasUntoldFill(member.datatype));
    default:
      return false;
  }
}

function byBytes(a: GroupLink, b: GroupLink): number {
  return Buffer.compare(Buffer.from(a.name), Buffer.from(b.name));
}
