import type { Datatype } from "@hdfive/core";
import { ByteSink } from "./byte-sink.js";
import type { Hasher } from "./corpus-host.js";
import { elementEncoder } from "./element-encoder.js";
import type { Elements } from "./encoded-elements.js";
import type { ExpectedValues } from "./expected.js";
import type { Findings } from "./findings.js";
import { StoredText } from "./stored-text.js";

/** Elements in row-major order, in blocks; asked for again, they come again. */
export type ElementBlocks = () => AsyncIterable<{ readonly data: Elements; readonly count: number }>;

/** What values are compared with. */
export interface ValuesContext {
  readonly findings: Findings;
  sha256(): Hasher;
  pathOf(address: number): string;
  /** The shape of the dataset at an address; empty for what is none. */
  shapeOf(address: number): readonly number[];
  /** Whether objects of this file keep a count of their attributes where the C library looks for it. */
  readonly countsAttributes: boolean;
}

/** One comparison: whose values, what they are called in a difference, and where a lack of support may come from. */
export interface ValuesPlace {
  readonly path: string;
  readonly fact: string;
  /** Added to the reason when the values are not supported. */
  readonly detail?: string | undefined;
}

const TOLERANCE = 1e-12;
const SHOWN = 200;

/**
 * Compares all values with the expected digest; nothing where none is expected.
 *
 * @param rawBlocks the elements with fixed strings as bytes: they decide where one text can be stored in several ways
 */
export async function compareValues(
  context: ValuesContext,
  place: ValuesPlace,
  expected: ExpectedValues,
  datatype: Datatype,
  blocks: ElementBlocks,
  rawBlocks?: ElementBlocks,
): Promise<void> {
  const { digest, digest_note: note, value } = expected;
  if (digest === null || digest === undefined) {
    return;
  }
  const { path, fact, detail } = place;
  await context.findings.attempt(
    path,
    fact,
    async () => {
      const text = new StoredText(false);
      const got = await digestOf(context, text, datatype, blocks);
      if (got === digest || (note === "approx" && (await isNear(value, blocks)))) {
        return;
      }
      const again = text.ambiguous || rawBlocks !== undefined;
      if (again && (await digestOf(context, new StoredText(true), datatype, rawBlocks ?? blocks)) === digest) {
        return;
      }
      context.findings.differs({
        path,
        fact: `${fact}: digest`,
        expected: value === undefined ? digest : shown(value),
        got: shown(await firstValues(blocks)),
      });
    },
    detail,
  );
}

/** The digest of values: SHA-256 over their neutral form. */
export async function digestOf(
  { sha256, pathOf, shapeOf }: Pick<ValuesContext, "sha256" | "pathOf" | "shapeOf">,
  text: StoredText,
  datatype: Datatype,
  blocks: ElementBlocks,
): Promise<string> {
  const sink = new ByteSink(sha256());
  const encode = elementEncoder(datatype, { pathOf, shapeOf, text });
  for await (const { data, count } of blocks()) {
    encode(data, 0, count, sink);
  }
  return sink.hex();
}

/** Whether numbers that the other library had to round are those that we read. */
async function isNear(value: unknown, blocks: ElementBlocks): Promise<boolean> {
  if (value === undefined) {
    return false;
  }
  const expected = [value].flat(Number.POSITIVE_INFINITY).map(Number);
  const got: number[] = [];
  for await (const { data } of blocks()) {
    got.push(...Array.from(data as ArrayLike<unknown>, Number));
  }
  const near = (a: number, b: number): boolean =>
    Object.is(a, b) || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
  return got.length === expected.length && got.every((number, i) => near(number, expected[i] as number));
}

async function firstValues(blocks: ElementBlocks): Promise<unknown> {
  for await (const { data } of blocks()) {
    return "columns" in data ? data.row(0) : Array.prototype.slice.call("data" in data ? data.data : data, 0, 20);
  }
  return [];
}

function shown(value: unknown): string {
  const json = JSON.stringify(value, (_, item: unknown) => (typeof item === "bigint" ? String(item) : item)) ?? "";
  return json.length > SHOWN ? `${json.slice(0, SHOWN)}…` : json;
}
