import { expect, it } from "vitest";
import { isAscii } from "../../src/array/conversion/text-block.js";
import { memoryType, opaque, string } from "../../src/array/index.js";

const NO_HEAP = {
  offsetSize: 8,
  get: (): Uint8Array => {
    throw new Error("there is no heap");
  },
};

it("sees a byte beyond ASCII at every place of texts of every length at every offset", () => {
  for (let offset = 0; offset < 8; offset++) {
    for (let length = 0; length < 12; length++) {
      const bytes = new Uint8Array(24).subarray(offset, offset + length);
      expect(isAscii(bytes)).toBe(true);
      for (let at = 0; at < length; at++) {
        bytes[at] = 0x80;
        expect(isAscii(bytes), `byte ${at} of ${length} at offset ${offset}`).toBe(false);
        bytes[at] = 0;
      }
    }
  }
});

it("gives the bytes of fixed strings as they are stored when they are asked for as opaque", () => {
  const memory = memoryType(string({ length: 3 }), opaque(3));
  const into = memory.allocate(2);
  memory.decode(Uint8Array.of(0, 0xe9, 0, 0, 0x41, 0x20, 0), 1, 2, into, 0, NO_HEAP);
  expect(into).toEqual([Uint8Array.of(0xe9, 0, 0), Uint8Array.of(0x41, 0x20, 0)]);
  expect(() => memoryType(string({ length: 3 }), opaque(4))).toThrow("no appropriate function for conversion path");
});
