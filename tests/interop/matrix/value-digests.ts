import { createHash } from "node:crypto";
import { type Datatype, type NdArray, type Selection, slice } from "@hdfive/core";
import { digestOf } from "../../../packages/testing/src/corpus/compare-values.js";
import { withoutText } from "../../../packages/testing/src/corpus/dataset-blocks.js";
import type { ExpectedFile } from "../../../packages/testing/src/corpus/expected.js";
import { StoredText } from "../../../packages/testing/src/corpus/stored-text.js";
import type { AxisPart } from "./generated-files.js";

/** Values of any datatype. */
export type AnyValues = Pick<NdArray, "data" | "shape">;

/** Reads something as its own datatype, or as another. */
export type ReadValues = (options: { readonly as?: Datatype }) => Promise<AnyValues> | AnyValues;

/** Compares values with digests of them; knows the paths and shapes that references are spelled with. */
export class ValueDigests {
  readonly #paths = new Map<number, string>();
  readonly #shapes = new Map<number, readonly number[]>();

  /** @param document what is expected of the file that the values are in */
  constructor({ objects }: ExpectedFile) {
    for (const [path, { addr, shape }] of Object.entries(objects)) {
      this.#paths.set(Number(addr), path);
      this.#shapes.set(Number(addr), shape?.map(Number) ?? []);
    }
  }

  /** Whether values have a digest; texts are tried in each of the ways in which they can be stored. */
  async match(datatype: Datatype, digest: string, read: ReadValues): Promise<boolean> {
    if ((await this.#digest(datatype, false, await read({}))) === digest) {
      return true;
    }
    const as = withoutText(datatype);
    return (await this.#digest(datatype, true, await read(as === null ? {} : { as }))) === digest;
  }

  #digest(datatype: Datatype, bytewise: boolean, { data, shape }: AnyValues): Promise<string> {
    const count = shape.slice(0, shape.length - arrayRank(datatype)).reduce((product, extent) => product * extent, 1);
    const context = {
      pathOf: (address: number) => this.#paths.get(address) ?? `#${address}`,
      shapeOf: (address: number) => this.#shapes.get(address) ?? [],
      sha256: () => {
        const hash = createHash("sha256");
        return { update: (bytes: Uint8Array) => void hash.update(bytes), hex: () => hash.digest("hex") };
      },
    };
    return digestOf(context, new StoredText(bytewise), datatype, async function* () {
      yield { data, count };
    });
  }
}

/** A selection as hdfive takes it. */
export function selectionOf(parts: readonly AxisPart[]): Selection {
  return parts.map((part) =>
    typeof part === "number" || !("start" in part) ? part : slice(part.start, part.stop, part.step),
  );
}

/** How many axes the elements of an array datatype have of their own, which stand last in the shape of values. */
export function arrayRank(datatype: Datatype): number {
  return datatype.class === "array" ? datatype.dimensions.length + arrayRank(datatype.base) : 0;
}
