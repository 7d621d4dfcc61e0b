import { MemoryStorage, openStorage } from "@hdfive/core";
import { CountingStorage } from "@hdfive/testing";
import { afterAll, describe, expect, test } from "vitest";
import { H5pyFiles } from "./h5py-files.js";
import { okCount, readAll, Specimen } from "./specimen.js";

/** Offsets of fields in a superblock. File Format Specification, section II.A. */
const V0 = { freeSpaceVersion: 9, entryVersion: 10, sharedVersion: 12, offsetSize: 13, lengthSize: 14, leafK: 16 };
const V0_FLAGS = 20;
const V0_ADDRESSES = { base: 24, extension: 32, endOfFile: 40, driverInfo: 48, root: 64 };
const V2 = { flags: 11, base: 12, extension: 20, endOfFile: 28, root: 36 };
const VERSION = 8;

const old = (options = {}): Specimen =>
  Specimen.made((file) => file.createDatasetSync("x", { data: Float64Array.of(1, 2, 3) }), options);

const files = H5pyFiles.make();
afterAll(() => files?.remove());

describe("hostile superblocks", () => {
  test("1: a file without a signature is refused after a look at 0, 512, 1024, ... and no more", async () => {
    const storage = new CountingStorage(new MemoryStorage(new Uint8Array(2 ** 22)));
    await expect(openStorage(storage)).rejects.toMatchObject({ code: "NOT_HDF5" });
    expect(storage.counts.reads).toBeLessThanOrEqual(16);
  });

  test("1: a signature at the last place there is room for it ends in an error and not past the end", () => {
    for (const length of [512, 516, 520, 521, 530]) {
      const image = new Uint8Array(length);
      image.set(old().image.subarray(0, Math.max(0, length - 512)), 512);
      const [error] = readAll(image).met;
      expect(error?.error.code).toMatch(length < 520 ? "NOT_HDF5" : "CORRUPT");
    }
  });

  test("2: sizes of offsets and lengths that the format does not have are corrupt, 16 and 32 are unsupported", () => {
    for (const field of [V0.offsetSize, V0.lengthSize]) {
      for (const size of [0, 1, 3, 5, 7, 9, 255]) {
        old().set("superblock", field, 1, size).expect({ code: "CORRUPT", structure: "superblock" });
      }
      for (const size of [16, 32]) {
        old().set("superblock", field, 1, size).expect({ code: "UNSUPPORTED", structure: "superblock" });
      }
    }
  });

  test("2: sizes that the format has and the file was not written with end in an error", () => {
    for (const [offsetSize, lengthSize] of [
      [2, 2],
      [4, 8],
      [8, 4],
    ] as const) {
      const tally = old()
        .set("superblock", V0.offsetSize, 1, offsetSize)
        .set("superblock", V0.lengthSize, 1, lengthSize)
        .read();
      expect(tally.met.length).toBeGreaterThan(0);
    }
  });

  test("3: unknown versions and a K of 0 are corrupt", () => {
    for (const version of [4, 5, 255]) {
      old().set("superblock", VERSION, 1, version).expect({ code: "CORRUPT", structure: "superblock" });
    }
    for (const field of [V0.freeSpaceVersion, V0.entryVersion, V0.sharedVersion]) {
      old().set("superblock", field, 1, 1).expect({ code: "CORRUPT", structure: "superblock" });
    }
    for (const field of [V0.leafK, V0.leafK + 2]) {
      old().set("superblock", field, 2, 0).expect({ code: "CORRUPT", structure: "superblock" });
    }
  });

  test("3: a K of 65,535 costs no memory", () => {
    for (const field of [V0.leafK, V0.leafK + 2]) {
      expect(old().set("superblock", field, 2, 65_535).read().met.length).toBeGreaterThan(0);
    }
  });

  test("4: an end of file past the end of the bytes is a truncated file", () => {
    for (const end of [2 ** 20, 2 ** 32, 2 ** 53 - 1]) {
      old().set("superblock", V0_ADDRESSES.endOfFile, 8, end).expect({ code: "TRUNCATED" });
    }
  });

  test("4: numbers past 2^53 and undefined addresses that must be defined are corrupt", () => {
    for (const end of [2n ** 53n, 2n ** 63n, 2n ** 64n - 2n, 2n ** 64n - 1n]) {
      old().set("superblock", V0_ADDRESSES.endOfFile, 8, end).expect({ code: "CORRUPT", structure: "superblock" });
    }
    old().set("superblock", V0_ADDRESSES.base, 8, -1).expect({ code: "CORRUPT", structure: "superblock" });
  });

  test("4: another base address than where the superblock is does not move what is read, but is not written after", async () => {
    for (const base of [512, 2 ** 40, 2 ** 53 - 1]) {
      const specimen = old();
      const end = specimen.get("superblock", V0_ADDRESSES.endOfFile, 8);
      const tally = specimen.set("superblock", V0_ADDRESSES.base, 8, base).read();
      // The end of file counts from the base: less than nothing is left of this one, which bounds no address.
      expect(end).toBeLessThan(2 ** 20);
      expect(tally.met.map(({ error }) => error.code)).toEqual([]);
      if (base > specimen.image.length) {
        const open = openStorage(new MemoryStorage(specimen.image.slice()), "r+");
        await expect(open).rejects.toMatchObject({ code: "CORRUPT" });
      }
    }
  });

  test("4: addresses past the end and at its brink end in errors", () => {
    const { length } = old().image;
    for (const root of [length, length - 1, length - 8, 2 ** 32, 2 ** 53 - 1]) {
      const tally = old().set("superblock", V0_ADDRESSES.root, 8, root).read();
      expect(tally.met.map(({ error }) => error.code)).toContain("CORRUPT");
    }
    const undefinedRoot = old().set("superblock", V0_ADDRESSES.root, 8, -1).read();
    expect(undefinedRoot.met.length).toBeGreaterThan(0);
  });

  test("5: driver information that is not there or is no such block ends in an error", () => {
    const { length } = old().image;
    for (const address of [0, 96, length - 1, length, 2 ** 53 - 1]) {
      const tally = old().set("superblock", V0_ADDRESSES.driverInfo, 8, address).read();
      expect(tally.met.map(({ error }) => error.code).join()).toMatch(/^(CORRUPT|UNSUPPORTED)/);
    }
  });

  test("6: unknown status flags are corrupt", () => {
    for (const flags of [0x08, 0x80, 0x1000_0000]) {
      old().set("superblock", V0_FLAGS, 4, flags).expect({ code: "CORRUPT", structure: "superblock" });
    }
  });

  test("6: flags left by a crashed writer are ignored in version 0, as libhdf5 does", () => {
    expect(old().set("superblock", V0_FLAGS, 4, 5).read().met).toEqual([]);
  });
});

describe.skipIf(files === null)("hostile superblocks of version 3", () => {
  const latest = (): Specimen => new Specimen((files as H5pyFiles).image("basic"));

  test("6: flags left by a crashed writer are an error of their own, which says how to go on", () => {
    for (const flags of [0x01, 0x04, 0x05]) {
      const tally = latest().set("superblock", V2.flags, 1, flags).seal().read();
      expect(tally.met.map(({ error }) => error.message).join()).toMatch(/h5clear/);
    }
    latest().set("superblock", V2.flags, 1, 0x10).seal().expect({ code: "CORRUPT", structure: "superblock" });
  });

  test("4: a checksum that does not match is corrupt", () => {
    latest()
      .set("superblock", V2.root, 8, 47)
      .expect({ code: "CORRUPT", message: /checksum/ });
  });

  test("55: a superblock extension that is the superblock, the root group or nothing ends in an error or is read", () => {
    const { length } = latest().image;
    const root = latest().get("superblock", V2.root, 8);
    for (const extension of [0, 1, root, length - 1, length, 2 ** 53 - 1]) {
      const tally = latest().set("superblock", V2.extension, 8, extension).seal().read();
      // The root group is an object header like any other: it says nothing about the file.
      expect(
        tally.met.some(({ step }) => step === "open"),
        `extension at ${extension}`,
      ).toBe(extension !== root);
    }
  });

  test("55: a root group that is the superblock or its extension ends in an error", () => {
    const paged = new Specimen((files as H5pyFiles).image("paged"));
    const extension = paged.get("superblock", V2.extension, 8);
    expect(okCount(paged.set("superblock", V2.root, 8, extension).seal().read())).toBeGreaterThan(0);
    latest().set("superblock", V2.root, 8, 0).seal().expect({ code: "CORRUPT", structure: "object-header" });
  });

  test("44: file space information with impossible values ends in an error or is not needed", () => {
    const paged = (): Specimen => new Specimen((files as H5pyFiles).image("paged"));
    // Version 1, strategy 1, persistent, threshold 1, pages of 512 bytes.
    const at = paged().find(Uint8Array.of(1, 1, 1, 1, 0, 0, 0, 0, 0, 0, 0, 0, 2));
    for (const [offset, value] of [
      [0, 9],
      [1, 77],
      [2, 255],
      [11, 0xff],
      [12, 0],
      [18, 0x7f],
    ] as const) {
      paged()
        .put(at + offset, [value])
        .seal()
        .read();
    }
  });
});
