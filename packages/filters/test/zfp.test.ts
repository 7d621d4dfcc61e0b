import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { zfpCodec } from "../src/zfp/index.js";

/** A chunk that H5Z-ZFP stored, and the digest of what it reads; made by python/zfp_streams.py. */
interface ZfpStream {
  readonly name: string;
  readonly clientData: readonly number[];
  readonly stored: string;
  readonly size: number;
  readonly sha256: string;
}

const path = process.env.HDFIVE_ZFP_STREAMS ?? new URL("./fixtures/zfp.json", import.meta.url);
const streams = JSON.parse(readFileSync(path, "utf8")) as readonly ZfpStream[];

describe("ZFP", () => {
  it("is read as zfp reads it: every mode, type and number of dimensions", () => {
    const wrong: string[] = [];
    for (const { name, clientData, stored, size, sha256 } of streams) {
      const result = zfpCodec.decode(Buffer.from(stored, "base64"), { clientData, maxSize: size }) as Uint8Array;
      expect(result.length, name).toBe(size);
      if (createHash("sha256").update(result).digest("hex") !== sha256) {
        wrong.push(name);
      }
    }
    expect(wrong).toEqual([]);
    const kinds = new Set(streams.map(({ name }) => name.replace(/[ ,].*/, "")));
    expect([...kinds].sort()).toEqual(["accuracy", "expert", "precision", "rate", "reversible"]);
  });

  it("gives elements with their highest byte first when the header's words have it so", () => {
    const swap = (word: number): number =>
      ((word << 24) | ((word << 8) & 0xff0000) | ((word >>> 8) & 0xff00) | (word >>> 24)) >>> 0;
    const { clientData, stored, size } = streams.find(({ name }) => name.startsWith("reversible, int32 steps"))!;
    const bytes = Buffer.from(stored, "base64");
    const plain = zfpCodec.decode(bytes, { clientData, maxSize: size }) as Uint8Array;
    const [version = 0, ...words] = clientData;
    const swapped = zfpCodec.decode(bytes, { clientData: [version, ...words.map(swap)], maxSize: size }) as Uint8Array;
    expect(Buffer.from(swapped).swap32()).toEqual(Buffer.from(plain));
  });

  it("refuses what is cut, what claims more than there may be, and client data of other versions", () => {
    for (const { clientData, stored, size } of streams) {
      const bytes = Buffer.from(stored, "base64");
      // Streams end with up to seven bytes that fill a word.
      for (const length of [0, 1, Math.floor(bytes.length / 2), bytes.length - 16]) {
        const cut = bytes.subarray(0, Math.max(0, length));
        expect(() => zfpCodec.decode(cut, { clientData, maxSize: size })).toThrow("ZFP stream: it");
      }
      expect(() => zfpCodec.decode(bytes, { clientData, maxSize: size - 1 })).toThrow(/ZFP stream: its header says/);
      expect(() => zfpCodec.decode(bytes, { clientData: clientData.slice(0, 1), maxSize: size })).toThrow(/ZFP header/);
      expect(() => zfpCodec.decode(bytes, { clientData: [0, 1, 2, 3, 4], maxSize: size })).toThrow(/zfp 0.5 or later/);
    }
  });
});
