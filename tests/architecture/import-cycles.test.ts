import { describe, expect, it } from "vitest";
import { importCycles } from "./checks/import-cycles.js";
import { fixture, packageSources } from "./workspace.js";

describe("imports only go down", () => {
  it("has no two files that need each other", () => {
    expect(importCycles(packageSources())).toEqual([]);
  });
});

describe("the check of the cycles", () => {
  it("sees a cycle through several files, and one of types alone", () => {
    const sources = fixture({
      "packages/core/src/a.ts": 'import { b } from "./b.js";',
      "packages/core/src/b.ts": '\nexport { c } from "./sub/c.js";',
      "packages/core/src/sub/c.ts": 'import type { A } from "../a.js";',
      "packages/core/src/d.ts": 'import { a } from "./a.js";',
      "packages/core/src/self.ts": 'import { self } from "./self.js";',
    });
    expect(importCycles(sources)).toEqual([
      "packages/core/src/sub/c.ts:1: import cycle packages/core/src/a.ts -> packages/core/src/b.ts -> packages/core/src/sub/c.ts -> packages/core/src/a.ts",
      "packages/core/src/self.ts:1: import cycle packages/core/src/self.ts -> packages/core/src/self.ts",
    ]);
  });

  it("is not misled by two ways to the same file, or by an import in a comment or a string", () => {
    const sources = fixture({
      "packages/core/src/a.ts": 'import { b } from "./b.js";\nimport { c } from "./c.js";',
      "packages/core/src/b.ts": 'import { c } from "./c.js";',
      "packages/core/src/c.ts": '// import { a } from "./a.js";\nconst text = `import { a } from "./a.js"`;',
    });
    expect(importCycles(sources)).toEqual([]);
  });
});
