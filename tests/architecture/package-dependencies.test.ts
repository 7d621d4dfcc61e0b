import { describe, expect, it } from "vitest";
import {
  forbiddenImports,
  type Manifest,
  PACKAGE_RULES,
  undeclaredDependencies,
} from "./checks/package-dependencies.js";
import { fixture, PACKAGES, packageSources, readText, startedPackages } from "./workspace.js";

describe("the packages depend one way", () => {
  const sources = packageSources();
  const manifests = Object.fromEntries(
    startedPackages(sources).map((name) => [name, JSON.parse(readText(`packages/${name}/package.json`)) as Manifest]),
  );

  it("imports nothing that its rule does not allow", () => {
    expect(forbiddenImports(sources)).toEqual([]);
  });

  it("has a rule for every package there is", () => {
    expect(Object.keys(PACKAGE_RULES).sort()).toEqual(PACKAGES);
  });

  it("declares what it imports and nothing else", () => {
    expect(undeclaredDependencies(sources, manifests)).toEqual([]);
  });

  it("keeps @hdfive/format free of dependencies of any kind", () => {
    const manifest = JSON.parse(readText("packages/format/package.json")) as object;
    const groups = Object.keys(manifest).filter((key) => /dependencies$/i.test(key));
    expect(groups).toEqual([]);
  });
});

describe("the check of the dependencies", () => {
  it("sees a package that imports one above it, whatever the form of the import", () => {
    const sources = fixture({
      "packages/format/src/a.ts": 'import { File } from "@hdfive/core";',
      "packages/format/src/b.ts": 'export * from "fflate";',
      "packages/format/src/c.ts": 'type X = import("@hdfive/format/filters").X;',
      "packages/core/src/d.ts": 'const node = await import("@hdfive/node-fs");',
      "packages/core/src/e.ts": 'import "zlib";',
    });
    expect(forbiddenImports(sources)).toEqual([
      'packages/format/src/a.ts:1: format must not import "@hdfive/core"',
      'packages/format/src/b.ts:1: format must not import "fflate"',
      'packages/format/src/c.ts:1: format must not import "@hdfive/format/filters"',
      'packages/core/src/d.ts:1: core must not import "@hdfive/node-fs"',
      'packages/core/src/e.ts:1: core must not import "zlib"',
    ]);
  });

  it("sees a Node module outside the files that may have one", () => {
    const sources = fixture({
      "packages/core/src/storage/a.ts": 'import { open } from "node:fs";',
      "packages/hdfive/src/open.ts": 'import { join } from "node:path";',
      "packages/hdfive/src/index.ts": 'import { join } from "node:path";',
      "packages/node-fs/src/file.ts": 'import { open } from "node:fs/promises";',
    });
    expect(forbiddenImports(sources)).toEqual([
      'packages/core/src/storage/a.ts:1: "node:fs" ties this file to Node',
      'packages/hdfive/src/open.ts:1: "node:path" ties this file to Node',
    ]);
  });

  it("sees a path into another package and a package without a rule", () => {
    const sources = fixture({
      "packages/core/src/model/a.ts": 'import { x } from "../../../format/src/codec.js";',
      "packages/extra/src/index.ts": "export {};",
    });
    expect(forbiddenImports(sources)).toEqual([
      'packages/core/src/model/a.ts:1: "../../../format/src/codec.js" leaves the sources of its package',
      "packages/extra/src/index.ts:1: package extra has no rule in PACKAGE_RULES",
    ]);
  });

  it("sees dependencies that are only declared or only imported", () => {
    const sources = fixture({ "packages/core/src/index.ts": 'export { x } from "@hdfive/format/filters";' });
    const manifests = { core: { name: "@hdfive/core", dependencies: { fflate: "1" } } };
    expect(undeclaredDependencies(sources, manifests)).toEqual([
      'packages/core/package.json:1: "@hdfive/format" is imported and not declared',
      'packages/core/package.json:1: "fflate" is declared and not imported',
    ]);
  });
});
