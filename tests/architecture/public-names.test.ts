import { describe, expect, it } from "vitest";
import { publicNames } from "./checks/public-names.js";
import { fixture, PACKAGES, packageSources, startedPackages } from "./workspace.js";

describe("the public names of a package change only on purpose", () => {
  const sources = packageSources();

  for (const name of PACKAGES) {
    // After a change on purpose: `vitest run tests/architecture -u`, and a changeset that tells users.
    it.runIf(startedPackages(sources).includes(name))(
      `${name} exports what public-names/${name}.txt lists`,
      async () => {
        await expect(publicNames(sources, `packages/${name}/src/index.ts`)).toMatchFileSnapshot(
          `public-names/${name}.txt`,
        );
      },
    );
  }
});

describe("the list of the public names", () => {
  it("follows re-exports to the declaration, renames included", () => {
    const sources = fixture({
      "packages/x/src/index.ts": `
        export { a, type B, c as renamed } from "./one.js";
        export * from "./two.js";
        export * as all from "./two.js";
        import { d } from "./two.js";
        export { d as again };
        export { elsewhere } from "somewhere";
        const local = 1;
        export { local };
      `,
      "packages/x/src/one.ts": "export function a() {}\nexport interface B {}\nexport const c = 1, no = 2;",
      "packages/x/src/two.ts":
        'export class d {}\nexport type Both = 1;\nexport const Both = 1;\nexport * from "./index.js";',
    });
    expect(publicNames(sources, "packages/x/src/index.ts").trimEnd().split("\n")).toEqual([
      "B: interface",
      "Both: const, type",
      "a: function",
      "again: class",
      "all: namespace",
      "d: class",
      "elsewhere: external",
      "local: const",
      "renamed: const",
    ]);
  });

  it("is another list when a name goes, comes or changes its kind", () => {
    const list = (source: string): string =>
      publicNames(fixture({ "packages/x/src/index.ts": source }), "packages/x/src/index.ts");
    const before = list("export const a = 1;");
    expect(list("export const a = 1; export const b = 1;")).not.toBe(before);
    expect(list("export function a() {}")).not.toBe(before);
    expect(list("const a = 1;")).not.toBe(before);
  });
});
