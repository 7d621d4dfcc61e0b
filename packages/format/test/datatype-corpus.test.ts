import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { describedDatatype } from "../../testing/src/corpus/described-datatype.js";
import { type Attribute, attributeMessage, datatype, type FormatContext, Reader, Writer } from "../src/index.js";
import { type CorpusFile, corpusFiles, corpusIsPresent } from "./corpus.js";
import { CorpusWalk, type RealStructure } from "./corpus-structures.js";

interface ExpectedObject {
  readonly addr?: number | string;
  readonly dtype?: Readonly<Record<string, unknown>>;
  readonly attrs?: Readonly<Record<string, { readonly dtype?: Readonly<Record<string, unknown>> }>>;
}

interface Member {
  readonly name: string;
  readonly type: unknown;
}

function* walks(): Generator<{ file: CorpusFile; structures: readonly RealStructure[] }> {
  for (const file of corpusFiles()) {
    yield { file, structures: new CorpusWalk(file).structures };
  }
}

function expectedObjects(file: CorpusFile): readonly ExpectedObject[] {
  const path = `../../../../shared/corpus/${file.name.replace(/^files/, "expected")}.json`;
  const url = new URL(encodeURI(path).replace(/[?#]/g, encodeURIComponent), import.meta.url);
  return Object.values((JSON.parse(readFileSync(url, "utf8")) as { objects: Record<string, ExpectedObject> }).objects);
}

test.runIf(corpusIsPresent())("every datatype message of the corpus is written back byte by byte", () => {
  const versions = new Map<number, number>();
  for (const { file, structures } of walks()) {
    for (const { codec, context, address, bytes } of structures) {
      if (codec === datatype) {
        const reader = new Reader(bytes, file.name, address);
        const type = datatype.decode(reader, context);
        const writer = new Writer(datatype.sizeOf(type, context), file.name);
        datatype.encode(type, writer, context);
        const written = writer.finish();
        expect(written.length, `${file.name} at ${address}`).toBe(reader.position);
        expect(Buffer.compare(written, bytes.subarray(0, written.length)), `${file.name} at ${address}`).toBe(0);
        versions.set(type.version, (versions.get(type.version) ?? 0) + 1);
      }
    }
  }
  expect([...versions.keys()].sort()).toEqual(expect.arrayContaining([1, 2, 3]));
  expect([...versions.values()].reduce((sum, count) => sum + count)).toBeGreaterThan(8000);
});

test.runIf(corpusIsPresent())("datatypes of the corpus say what the C library says of them", () => {
  let compared = 0;
  for (const { file, structures } of walks()) {
    const byAddress = new Map(expectedObjects(file).map((object) => [Number(object.addr), object]));
    for (const { codec, context, address, bytes } of structures) {
      const expected = byAddress.get(address);
      const where = `${file.name} at ${address}`;
      if (codec === datatype && expected?.dtype) {
        const form = describedDatatype(datatype.decode(new Reader(bytes, where), context));
        expect(comparable(form), where).toEqual(comparable(expected.dtype));
        compared++;
      } else if (codec === attributeMessage) {
        compared += compareAttribute(bytes, context, expected, where);
      }
    }
  }
  expect(compared).toBeGreaterThan(15_000);
});

function compareAttribute(
  bytes: Uint8Array,
  context: FormatContext,
  object: ExpectedObject | undefined,
  where: string,
): number {
  const attribute: Attribute = attributeMessage.decode(new Reader(bytes, where), context);
  const expected = object?.attrs?.[attribute.name];
  if (!expected?.dtype || "shared" in attribute.datatype) {
    return 0;
  }
  const form = comparable(describedDatatype(attribute.datatype));
  expect(form, `${where}, ${attribute.name}`).toEqual(comparable(expected.dtype));
  return 1;
}

/**
 * A form without what the C library says of memory and not of the file: the layout of compounds that hold variable-length
 * elements or new references, which have another size there, and where a committed datatype stands.
 */
function comparable(form: unknown): unknown {
  return JSON.parse(JSON.stringify(form), (key, value) => {
    const isMoving = value?.class === "compound" && /"vlen"|"variable"|"std"/.test(JSON.stringify(value));
    if (isMoving) {
      return { class: "compound", members: value.members.map(({ name, type }: Member) => ({ name, type })) };
    }
    return key === "committed" ? undefined : value;
  });
}
