/** An integer of the expected values: a number, or its decimal digits past 2^53. */
export type ExpectedInteger = number | string;

/** Values that are expected: their digest, and what to know about it. */
export interface ExpectedValues {
  /** SHA-256 of the encoded elements; `null` where there is nothing to compare, and `digest_note` says why. */
  readonly digest?: string | null;
  readonly digest_note?: string;
  /** The values themselves where they are few. */
  readonly value?: unknown;
}

/** An attribute as the C library sees it. */
export interface ExpectedAttribute extends ExpectedValues {
  readonly dtype: unknown;
  readonly shape: readonly ExpectedInteger[] | null;
}

/** A selection of a mapping; its bounds are those of all elements, `null` where it has no end. */
export interface ExpectedSelection {
  readonly type: "all" | "hyper" | "points" | "none";
}

/** A mapping of a virtual dataset. */
export interface ExpectedMapping {
  readonly file: string;
  readonly dataset: string;
  readonly vsel: ExpectedSelection;
  readonly ssel: ExpectedSelection;
}

/** A group, a dataset or a committed datatype as the C library sees it. */
export interface ExpectedObject extends ExpectedValues {
  readonly kind: "group" | "dataset" | "datatype";
  readonly addr: ExpectedInteger;
  readonly rc: number;
  readonly comment?: string;
  readonly attrs: Readonly<Record<string, ExpectedAttribute>>;
  readonly attr_order?: readonly string[];
  readonly attr_storage?: "dense";
  /** Groups. */
  readonly storage?: "symbol_table" | "compact" | "dense";
  readonly nlinks?: ExpectedInteger;
  readonly link_order?: readonly string[];
  /** Datasets and datatypes. */
  readonly dtype?: unknown;
  /** Datasets. */
  readonly shape?: readonly ExpectedInteger[] | null;
  readonly maxshape?: readonly (ExpectedInteger | null)[] | null;
  readonly layout?: "compact" | "contiguous" | "chunked" | "virtual";
  readonly chunks?: readonly ExpectedInteger[] | null;
  readonly chunk_index?: string;
  readonly nchunks?: ExpectedInteger;
  readonly filters?: readonly { readonly id: number; readonly flags: number; readonly cd: readonly number[] }[];
  readonly external?: readonly (readonly [file: string, offset: ExpectedInteger, size: ExpectedInteger | null])[];
  readonly virtual?: readonly ExpectedMapping[];
  readonly fill?: ExpectedValues & { readonly status: string; readonly alloc: string; readonly time: string };
  readonly storage_size?: ExpectedInteger;
}

/** A link that leads to no new object, as the C library sees it. */
export type ExpectedLink =
  | { readonly kind: "hard"; readonly target: string | null }
  | { readonly kind: "soft"; readonly target: string; readonly resolves: string | null | { readonly external: true } }
  | {
      readonly kind: "external";
      readonly file: string;
      readonly path: string;
      readonly resolves: boolean;
      readonly object?: string;
    }
  | { readonly kind: "ud"; readonly class: number };

/** Everything that is expected of one file. */
export interface ExpectedFile {
  readonly superblock: {
    readonly version: number;
    readonly userblock: ExpectedInteger;
    readonly sizeof_addr: number;
    readonly sizeof_size: number;
    readonly sym_leaf_k: number;
    readonly sym_int_k: number;
    readonly istore_k: number;
    readonly sohm_nindexes?: number;
    readonly fspace?: {
      readonly strategy: string;
      readonly persist: boolean;
      readonly threshold: number;
      readonly page_size: number;
    };
  };
  readonly objects: Readonly<Record<string, ExpectedObject>>;
  readonly links: Readonly<Record<string, ExpectedLink>>;
}

/** One file of a corpus: where it and its expected values are, and what it contains. */
export interface CorpusEntry {
  /** Path of the file below the folder of the corpus. */
  readonly file: string;
  /** Path of the expected values below the folder of the corpus. */
  readonly expected: string;
  readonly size: number;
  /** Features of the format that are in the file. */
  readonly features: readonly string[];
  /** Set when the file has to be opened through a driver. */
  readonly open?: {
    readonly driver: "family" | "split" | "multi";
    /** A pattern for the names of a family, else what the names of the members begin with. */
    readonly name: string;
  };
  /** Files beside it that belong to it. */
  readonly needs?: readonly string[];
}

/** The list of a corpus. */
export interface CorpusManifest {
  readonly files: readonly CorpusEntry[];
}

/** An integer as the expected values write it. */
export function expectedInteger(value: number): ExpectedInteger {
  return Number.isSafeInteger(value) ? value : String(BigInt(value));
}
