import { describe, expect, it } from "vitest";
import { longFiles, MAX_LINES } from "./checks/file-length.js";
import { fixture, packageSources } from "./workspace.js";

describe("one file, one structure", () => {
  it(`has no source file past ${MAX_LINES} lines`, () => {
    expect(longFiles(packageSources())).toEqual([]);
  });

  it("would see one", () => {
    const sources = fixture({
      "packages/core/src/long.ts": "x;\n".repeat(MAX_LINES + 1),
      "packages/core/src/just.ts": "x;\n".repeat(MAX_LINES),
    });
    expect(longFiles(sources)).toEqual(["packages/core/src/long.ts:301: 301 lines, 300 are allowed"]);
  });
});
