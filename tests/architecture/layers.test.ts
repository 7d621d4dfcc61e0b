import { describe, expect, it } from "vitest";
import { LAYERS, layerViolations } from "./checks/layers.js";
import { fixture, packageSources } from "./workspace.js";

describe(`the layers of core: ${LAYERS.join(" < ")}`, () => {
  it("imports only its own layer and lower ones", () => {
    expect(layerViolations(packageSources())).toEqual([]);
  });
});

describe("the check of the layers", () => {
  it("sees an import that goes up", () => {
    const sources = fixture({
      "packages/core/src/engine/links.ts": 'import type { File } from "../model/file.js";',
      "packages/core/src/storage/cache.ts": 'import { Tx } from "../engine/tx.js";',
      "packages/core/src/model/file.ts": 'import { File } from "../index.js";',
      "packages/core/src/task.ts": 'import type { Storage } from "./storage/storage.js";',
    });
    expect(layerViolations(sources)).toEqual([
      'packages/core/src/engine/links.ts:1: engine must not know of model ("../model/file.js")',
      'packages/core/src/storage/cache.ts:1: storage must not know of engine ("../engine/tx.js")',
      'packages/core/src/model/file.ts:1: model must not know of index.ts ("../index.js")',
      'packages/core/src/task.ts:1: what all layers share must not know of storage ("./storage/storage.js")',
    ]);
  });

  it("sees array importing anything but itself and the format", () => {
    const sources = fixture({
      "packages/core/src/array/a.ts": 'import { Tx } from "../engine/tx.js";',
      "packages/core/src/array/b.ts": 'import { type Task } from "../task.js";',
      "packages/core/src/array/c.ts": 'import { inflate } from "fflate";',
      "packages/core/src/array/d.ts": 'import { FormatError } from "@hdfive/format";\nimport { x } from "./shape.js";',
    });
    expect(layerViolations(sources)).toEqual([
      'packages/core/src/array/a.ts:1: array imports nothing of core but itself ("../engine/tx.js")',
      'packages/core/src/array/b.ts:1: array imports nothing of core but itself ("../task.js")',
      'packages/core/src/array/c.ts:1: array may import @hdfive/format only, not "fflate"',
    ]);
  });

  it("sees a file that stands in no layer", () => {
    const sources = fixture({
      "packages/core/src/helpers.ts": "",
      "packages/core/src/misc/a.ts": "",
      "packages/core/src/index.ts": 'export { a } from "./model/a.js";',
    });
    expect(layerViolations(sources).map((violation) => violation.split(":")[0])).toEqual([
      "packages/core/src/helpers.ts",
      "packages/core/src/misc/a.ts",
    ]);
  });

  it("lets a layer use its own files, lower layers and what all share", () => {
    const sources = fixture({
      "packages/core/src/pipeline/read.ts":
        'import { a } from "./plan.js";\nimport { b } from "../array/shape.js";\nimport { c } from "../task.js";',
    });
    expect(layerViolations(sources)).toEqual([]);
  });
});
