import { readdirSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import {
  type Codec,
  chunkNode,
  contextOf,
  DEFAULT_CONTEXT,
  type FormatContext,
  globalHeap,
  groupNode,
  HdfiveError,
  isSignature,
  localHeap,
  MESSAGE_TYPES,
  type NodeCodec,
  objectHeader,
  Reader,
  superblock,
  symbolNode,
} from "../src/index.js";
import { corpusIsPresent } from "./corpus.js";

const folder = new URL("../../../../shared/corpus/bad/files/", import.meta.url);

/** What may stand at an address that begins with these four characters. */
const NODES: Readonly<Record<string, readonly NodeCodec<unknown>[]>> = {
  OHDR: [objectHeader],
  TREE: [groupNode, chunkNode(1), chunkNode(2), chunkNode(3)],
  SNOD: [symbolNode],
  HEAP: [localHeap],
  GCOL: [globalHeap],
};

function* badFiles(): Generator<readonly [string, Uint8Array]> {
  for (const entry of readdirSync(folder, { recursive: true, withFileTypes: true })) {
    if (entry.isFile()) {
      const path = `${entry.parentPath}/${entry.name}`;
      yield [path, new Uint8Array(readFileSync(path))];
    }
  }
}

/** The value, or `undefined` for bytes that are refused with a typed error; any other error goes through. */
function attempt<T>(run: () => T): T | undefined {
  try {
    return run();
  } catch (error) {
    if (error instanceof HdfiveError) {
      return undefined;
    }
    throw error;
  }
}

function decodeNode<T>(codec: NodeCodec<T>, bytes: Uint8Array, at: number, context: FormatContext): T | undefined {
  return attempt(() => {
    const prefix = bytes.subarray(at, at + codec.prefixSize(context));
    const size = codec.totalSize(new Reader(prefix, codec.name, at), context);
    return codec.decode(new Reader(bytes.subarray(at, at + size), codec.name, at), context);
  });
}

function contextIn(bytes: Uint8Array): FormatContext {
  const found = [0, 512, 1024, 2048].find((at) => isSignature(bytes.subarray(at, at + 8)));
  const value = found === undefined ? undefined : decodeNode(superblock, bytes, found, DEFAULT_CONTEXT);
  return value === undefined || found === undefined ? DEFAULT_CONTEXT : contextOf(value, found);
}

test.runIf(corpusIsPresent())("whatever stands anywhere in a corrupt file is a value or a typed error", () => {
  let files = 0;
  let headers = 0;
  for (const [, bytes] of badFiles()) {
    files++;
    const context = contextIn(bytes);
    for (let at = 0; at < bytes.length; at++) {
      const signature = String.fromCharCode(...bytes.subarray(at, at + 4));
      const isHeaderV1 = at % 8 === 0 && bytes[at] === 1 && bytes[at + 1] === 0;
      for (const codec of NODES[signature] ?? (isHeaderV1 ? [objectHeader] : [])) {
        const node = decodeNode(codec, bytes, at, context);
        headers += node !== undefined && codec === objectHeader ? 1 : 0;
      }
    }
    // The messages of whatever reads as a header, each by every codec: types are confused in corrupt files.
    for (let at = 0; at < bytes.length; at += 8) {
      const header = bytes[at] === 1 || bytes[at] === 0x4f ? decodeNode(objectHeader, bytes, at, context) : undefined;
      for (const { data } of header?.messages ?? []) {
        for (const { codec } of MESSAGE_TYPES) {
          attempt(() => (codec as Codec<unknown> | null)?.decode(new Reader(data, "message"), context));
        }
      }
    }
  }
  expect(files).toBeGreaterThan(30);
  expect(headers).toBeGreaterThan(100);
});
