import { describe, expect, it } from "vitest";
import { resolvePath } from "../../src/engine/groups/path.js";
import { findAttribute, listAttributes } from "../../src/engine/object-header/attributes.js";
import { putAttribute, removeAttribute } from "../../src/engine/object-header/attributes-edit.js";
import { loadHeader } from "../../src/engine/object-header/object-header.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { newFile, openFile } from "./engine-file.js";
import { PYTHONS, withH5py } from "./h5py.js";

const float64 = {
  class: "floating-point",
  version: 1,
  size: 8,
  byteOrder: "LE",
  lowPad: 0,
  highPad: 0,
  internalPad: 0,
  normalization: "implied",
  signLocation: 63,
  bitOffset: 0,
  bitPrecision: 64,
  exponentLocation: 52,
  exponentSize: 11,
  mantissaLocation: 0,
  mantissaSize: 52,
  exponentBias: 1023,
} as const;

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

function set(tx: Tx, address: number, name: string, values: readonly number[]): void {
  const dataspace = { version: 1, type: "simple", dimensions: [values.length], maxDimensions: null } as const;
  const data = new Uint8Array(Float64Array.from(values).buffer);
  putAttribute(tx, address, { name, datatype: float64, dataspace, data });
}

const ramp = (length: number, start: number): number[] => Array.from({ length }, (_, i) => start + i);

/** Sets, replaces by longer and shorter ones and removes attributes; the answer is what must be there. */
async function edits(run: (operation: (tx: Tx) => void) => unknown, at: (tx: Tx) => number, count: number) {
  const model: Record<string, number[]> = {};
  for (let i = 0; i < count; i++) {
    model[`a${i}`] = ramp(i % 37, i);
    await run((tx) => set(tx, at(tx), `a${i}`, ramp(i % 37, i)));
  }
  for (let i = 0; i < count; i += 3) {
    model[`a${i}`] = ramp((i * 5) % 61, -i);
    await run((tx) => set(tx, at(tx), `a${i}`, ramp((i * 5) % 61, -i)));
  }
  for (let i = 1; i < count; i += 7) {
    delete model[`a${i}`];
    await run((tx) => void removeAttribute(tx, at(tx), `a${i}`));
  }
  return model;
}

const valuesOf = (data: Uint8Array): number[] => [...new Float64Array(data.slice().buffer)];

const READ_ALL = "out = {name: value.tolist() for name, value in f[request].attrs.items()}";

describe("a header that grows through continuations", () => {
  it.each([false, true])(
    "keeps every attribute in order (storm: %s), and every h5py reads and edits it",
    async (storm) => {
      const file = await newFile(storm);
      const model = await edits((operation) => file.do(operation), rootOf, 120);
      expect(await file.do((tx) => loadHeader(tx, rootOf(tx)).chunks.length)).toBeGreaterThan(3);
      const listed = await file.do((tx) => listAttributes(tx, rootOf(tx)));
      expect(Object.fromEntries(listed.map(({ name, data }) => [name, valuesOf(data)]))).toEqual(model);
      const image = await file.image();
      for (const python of PYTHONS) {
        expect(withH5py(python, image, "r", READ_ALL, "/").out).toEqual(model);
        const edited = withH5py(python, image, "r+", 'f.attrs["theirs"] = np.arange(300.0)\ndel f.attrs["a3"]', null);
        const again = await openFile(edited.image);
        await again.do((tx) => set(tx, rootOf(tx), "ours", ramp(50, 7)));
        const { a3: _, ...rest } = model;
        const expected = { ...rest, theirs: ramp(300, 0), ours: ramp(50, 7) };
        expect(withH5py(python, await again.image(), "r", READ_ALL, "/").out).toEqual(expected);
      }
    },
  );

  it("takes attributes until one is too large, which changes nothing", async () => {
    const file = await newFile(false);
    await file.do((tx) => set(tx, rootOf(tx), "largest", ramp(8150, 0)));
    const before = await file.image();
    expect(() => file.do((tx) => set(tx, rootOf(tx), "too large", ramp(8192, 0)))).toThrow(/too large/);
    expect(() => file.do((tx) => set(tx, rootOf(tx), "largest", ramp(8192, 0)))).toThrow(
      expect.objectContaining({ code: "LIMIT" }),
    );
    expect(Buffer.compare(await file.image(), before)).toBe(0);
    for (const python of PYTHONS) {
      expect(withH5py(python, before, "r", READ_ALL, "/").out).toEqual({ largest: ramp(8150, 0) });
    }
  });

  it("of version 2 takes attributes while they are compact, checksums and creation order kept", async () => {
    for (const python of PYTHONS) {
      const make = [
        'g = f.create_group("g", track_order=request)',
        'g.attrs["first"] = np.arange(3.0)',
        'f.create_group("plain")',
      ].join("\n");
      for (const tracked of [false, true]) {
        const script = `f.close()\nf = h5py.File(f_name, "w", libver="latest")\n${make}`;
        // The file is made again in the newest format, in the same place.
        const named = `f_name = f.filename\n${script}`;
        const { image } = withH5py(python, new Uint8Array(0), "w", named, tracked);
        const file = await openFile(image);
        const at = (tx: Tx): number => resolvePath(tx, rootOf(tx), "g").address;
        expect(await file.do((tx) => loadHeader(tx, at(tx)).version)).toBe(2);
        for (let i = 0; i < 6; i++) {
          await file.do((tx) => set(tx, at(tx), `a${i}`, ramp(20 * i, i)));
        }
        await file.do((tx) => set(tx, at(tx), "a2", ramp(90, 5)));
        await file.do((tx) => void removeAttribute(tx, at(tx), "a1"));
        expect((await file.do((tx) => findAttribute(tx, at(tx), "a2")))?.data).toHaveLength(720);
        const out = withH5py<Record<string, number[]>>(python, await file.image(), "r", READ_ALL, "g").out;
        expect(out).toEqual({
          first: [0, 1, 2],
          a0: [],
          a2: ramp(90, 5),
          a3: ramp(60, 3),
          a4: ramp(80, 4),
          a5: ramp(100, 5),
        });
      }
    }
  });
});
