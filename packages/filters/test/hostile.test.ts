import { type FilterCodec, HdfiveError } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { peakAllocation } from "../../../tests/malformed/peak-allocation.js";
import {
  CODECS,
  type PluginDataset,
  readOurselves,
  removeFiles,
  type StoredChunk,
  writeWithPlugins,
} from "./plugins.js";
import { random, sample } from "./samples.js";

const MIB = 2 ** 20;
const SETTINGS: readonly (readonly [number, readonly number[]])[] = [
  [307, [9]],
  [32001, [0, 0, 0, 0, 5, 1, 0]],
  [32001, [0, 0, 0, 0, 5, 2, 1]],
  [32001, [0, 0, 0, 0, 5, 0, 5]],
  [32004, [400]],
  [32008, [0, 0]],
  [32008, [0, 2]],
  [32008, [0, 3]],
  [32015, [3]],
  [32015, [19]],
  [32026, [0, 0, 0, 0, 5, 1, 1]],
  [32026, [0, 0, 0, 0, 5, 2, 5]],
];

/** Small chunks of each kind, as the plugins stored them. */
let stored: readonly StoredChunk[] = [];

beforeAll(async () => {
  const datasets = SETTINGS.flatMap(([filter, options], i): PluginDataset[] =>
    ["text", "steps"].map((pattern) => ({
      name: `${i} ${pattern}`,
      data: sample("int16", pattern, 900),
      shape: [30, 30],
      chunks: [30, 30],
      filter,
      options,
    })),
  );
  const image = await writeWithPlugins(datasets);
  stored = (
    await readOurselves(
      image,
      datasets.map(({ name }) => name),
    )
  ).chunks;
  expect(stored).toHaveLength(datasets.length);
});
afterAll(removeFiles);

function codecOf(chunk: StoredChunk): FilterCodec {
  return CODECS.find(({ id }) => id === chunk.filter)!;
}

/** Decodes damaged bytes: an error of ours, or at most as many bytes as there may be. */
function attempt(chunk: StoredChunk, bytes: Uint8Array, clientData = chunk.clientData): "refused" | "read" {
  try {
    const { maxSize } = chunk;
    const result = codecOf(chunk).decode(bytes, { clientData, maxSize }) as Uint8Array;
    expect(result.length).toBeLessThanOrEqual(maxSize);
    return "read";
  } catch (error) {
    if (!(error instanceof HdfiveError) || (error.code !== "CORRUPT" && error.code !== "UNSUPPORTED")) {
      throw error;
    }
    return "refused";
  }
}

describe("damaged streams of every codec", () => {
  it("end in a typed error wherever they are cut", () => {
    for (const chunk of stored) {
      const whole = codecOf(chunk).decode(chunk.bytes, chunk) as Uint8Array;
      expect(whole.length).toBe(chunk.maxSize);
      // bitshuffle alone takes any number of bytes; that it is not that of a chunk is seen by who asked.
      if (chunk.filter === 32008 && chunk.clientData[4] === 0) {
        continue;
      }
      let read = 0;
      for (let length = 0; length < chunk.bytes.length; length++) {
        read += attempt(chunk, chunk.bytes.subarray(0, length)) === "read" ? 1 : 0;
      }
      expect(read, `filter ${chunk.filter} ${chunk.clientData}`).toBe(0);
    }
  });

  it("end in a typed error, or in no more bytes than there may be, whatever single byte is another", () => {
    for (const chunk of stored) {
      for (let at = 0; at < chunk.bytes.length; at++) {
        for (const flip of [0x01, 0x80, 0xff]) {
          const bytes = chunk.bytes.slice();
          bytes[at] = (bytes[at] as number) ^ flip;
          attempt(chunk, bytes);
        }
      }
    }
  });

  it("end so too when they are noise, with and without a true beginning, and with client data that is", () => {
    const next = random(7);
    for (const chunk of stored) {
      for (let round = 0; round < 200; round++) {
        const from = next() % 40;
        const bytes = chunk.bytes.map((byte, i) => (i < from ? byte : next()));
        attempt(chunk, bytes);
        const clientData = chunk.clientData.map((value) => (next() % 3 === 0 ? next() >>> (next() % 32) : value));
        attempt(chunk, chunk.bytes, clientData);
        attempt(chunk, chunk.bytes, clientData.slice(0, next() % 6));
      }
    }
  });

  it("are refused when they hold more than there may be, at once", () => {
    for (const chunk of stored) {
      const { decode } = codecOf(chunk);
      for (const maxSize of [0, 1, chunk.maxSize - 1]) {
        expect(() => decode(chunk.bytes, { ...chunk, maxSize }), `filter ${chunk.filter}`).toThrow(HdfiveError);
      }
    }
  });
});

describe("a few bytes that claim to be many", () => {
  it("take no memory by what they claim", () => {
    for (const chunk of stored) {
      const bytes = chunk.bytes.slice();
      const view = new DataView(bytes.buffer);
      const claim = 1024 * MIB - 1024;
      switch (chunk.filter) {
        case 32004:
        case 32008:
          view.setUint32(4, claim);
          break;
        case 32001:
          view.setUint32(4, claim, true);
          break;
        default:
      }
      const options = { clientData: chunk.clientData, maxSize: 2048 * MIB };
      const taken = peakAllocation(() => {
        try {
          codecOf(chunk).decode(bytes, options);
        } catch (error) {
          expect(error).toBeInstanceOf(HdfiveError);
        }
      });
      // Zstandard may stand for 32 KiB with each byte, and each of its blocks for 128 KiB.
      expect(taken, `filter ${chunk.filter} ${chunk.clientData}`).toBeLessThan(64 * MIB);
    }
  });

  it("come out when they are no lie", () => {
    for (const [filter, bytes] of [
      // Frames of one block that is a run of 128 KiB.
      [32015, [0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x58, 0x03, 0x00, 0x10, 0x07]],
    ] as const) {
      const codec = CODECS.find(({ id }) => id === filter)!;
      const result = codec.decode(Uint8Array.from(bytes), { clientData: [], maxSize: MIB }) as Uint8Array;
      expect(result).toEqual(new Uint8Array(131072).fill(7));
      expect(() => codec.decode(Uint8Array.from(bytes), { clientData: [], maxSize: 131071 })).toThrow(HdfiveError);
    }
  });
});
