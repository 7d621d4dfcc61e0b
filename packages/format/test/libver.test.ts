import { describe, expect, it } from "vitest";
import { LIBVERS, type StructureVersions, structureVersions } from "../src/index.js";

describe("the versions under a bound", () => {
  it("never go down when the bound goes up", () => {
    for (const [i, bound] of LIBVERS.slice(1).entries()) {
      const before = structureVersions(LIBVERS[i] as (typeof LIBVERS)[number]);
      const after = structureVersions(bound);
      for (const name of Object.keys(before) as (keyof StructureVersions)[]) {
        expect(Number(after[name]), `${name} under ${bound}`).toBeGreaterThanOrEqual(Number(before[name]));
      }
    }
  });

  it("are those of HDF5 1.6 for the earliest bound, so that every reader opens the file", () => {
    expect(structureVersions("earliest")).toMatchObject({ superblock: 0, objectHeader: 1, layout: 3, datatype: 1 });
  });

  it("differ between 1.14 and 2.0 in datatypes, chunked layouts and virtual mappings alone", () => {
    const { datatype, layout, virtualMappings, ...same } = structureVersions("v200");
    expect({ datatype, layout, virtualMappings }).toEqual({ datatype: 5, layout: 5, virtualMappings: 1 });
    expect(structureVersions("v114")).toMatchObject(same);
  });
});
