import type { Datatype } from "@hdfive/format";
import { HdfiveError } from "@hdfive/format";
import { type DtypeLike, NdArray, type Selection, textLength, toDatatype, vlen } from "../array/index.js";

/** What a view reads through. */
export interface ViewSource {
  readonly shape: readonly number[];
  readonly datatype: Datatype;
  read<D extends DtypeLike>(
    selection: Selection,
    options: ViewReadOptions & { readonly as?: D | undefined },
  ): Promise<NdArray<D>>;
  readSync<D extends DtypeLike>(selection: Selection, options: { readonly as?: D | undefined }): NdArray<D>;
}

/** How a view is read. */
export interface ViewReadOptions {
  /** Stops the read. */
  readonly signal?: AbortSignal | undefined;
}

/** A dataset as it looks when it is read another way. */
export class DatasetView<D extends DtypeLike> {
  readonly #source: ViewSource;
  readonly #read: (selection: Selection, options: ViewReadOptions) => Promise<NdArray<D>>;
  readonly #readSync: (selection: Selection) => NdArray<D>;

  /** @internal */
  constructor(
    source: ViewSource,
    read: (selection: Selection, options: ViewReadOptions) => Promise<NdArray<D>>,
    readSync: (selection: Selection) => NdArray<D>,
  ) {
    this.#source = source;
    this.#read = read;
    this.#readSync = readSync;
  }

  /** Extent of each axis. */
  get shape(): readonly number[] {
    return this.#source.shape;
  }

  /** Reads a selection, all without one: as `Dataset.read`. */
  read(selection: Selection = null, options: ViewReadOptions = {}): Promise<NdArray<D>> {
    return this.#read(selection, options);
  }
  /** As `read`, without waiting. */
  readSync(selection: Selection = null): NdArray<D> {
    return this.#readSync(selection);
  }
}

/** A view whose elements are of another dtype. */
export function typedView<D extends DtypeLike>(source: ViewSource, as: D | undefined): DatasetView<D> {
  return new DatasetView<D>(
    source,
    (selection, { signal }) => source.read<D>(selection, { as, signal }),
    (selection) => source.readSync<D>(selection, { as }),
  );
}

/**
 * A view of a dataset of strings as text of an encoding, whatever the datatype says.
 *
 * @param encoding one that `TextDecoder` knows; UTF-8, and ISO-8859-1 for what is none, without it
 * @throws HdfiveError `WRONG_KIND` for what is no string, `INVALID_ARGUMENT` for an encoding that there is not
 */
export function textView(source: ViewSource, encoding: string | undefined): DatasetView<"string"> {
  const { datatype } = source;
  const isVariable = datatype.class === "variable-length" && datatype.kind === "string";
  if (datatype.class !== "string" && !isVariable) {
    throw new HdfiveError("WRONG_KIND", "asString() can only be used on datasets with an HDF5 string datatype");
  }
  if (encoding === undefined) {
    return typedView<"string">(source, undefined);
  }
  const decode = decoderOf(encoding);
  const text = (bytes: Uint8Array): string =>
    decode(datatype.class === "string" ? bytes.subarray(0, textLength(datatype, bytes, 0)) : bytes);
  const decoded = ({ data, shape }: NdArray): NdArray<"string"> =>
    new NdArray<"string">(Array.from(data as Uint8Array[], text), shape, toDatatype("string"));
  const as: DtypeLike = isVariable ? vlen("uint8") : "raw";
  return new DatasetView<"string">(
    source,
    async (selection, { signal }) => decoded(await source.read<DtypeLike>(selection, { as, signal })),
    (selection) => decoded(source.readSync<DtypeLike>(selection, { as })),
  );
}

function decoderOf(encoding: string): (bytes: Uint8Array) => string {
  try {
    const decoder = new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
    return (bytes) => decodeStrictly(decoder, bytes, encoding);
  } catch (cause) {
    throw new HdfiveError("INVALID_ARGUMENT", `There is no encoding "${encoding}"`, { cause });
  }
}

function decodeStrictly(decoder: { decode(bytes: Uint8Array): string }, bytes: Uint8Array, encoding: string): string {
  try {
    return decoder.decode(bytes);
  } catch (cause) {
    throw new HdfiveError("INVALID_ARGUMENT", `A string of the dataset is not valid in the encoding "${encoding}"`, {
      cause,
    });
  }
}
