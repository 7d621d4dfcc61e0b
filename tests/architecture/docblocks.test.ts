import { describe, expect, it } from "vitest";
import { undocumentedExports } from "./checks/docblocks.js";
import { fixture, packageSources } from "./workspace.js";

describe("what is exported is explained", () => {
  it("has a docblock on every exported declaration", () => {
    expect(undocumentedExports(packageSources())).toEqual([]);
  });
});

describe("the check of the docblocks", () => {
  const names = (source: string): readonly string[] =>
    undocumentedExports(fixture({ "packages/core/src/a.ts": source })).map((text) =>
      text.split(" ").slice(1, 4).join(" "),
    );

  it("sees every kind of declaration that lacks one", () => {
    expect(
      names(`
        export function a(): void {}
        export async function* b() {}
        export abstract class C {}
        export interface D {}
        export type E = number;
        // not a docblock
        export const f = 1;
        /* nor this */
        export const g = 1;
        /** @internal */
        export const h = 1;
        /** This one belongs to the line below. */
        const other = 1;
        export const i = 1;
      `),
    ).toEqual([
      "exported function a",
      "exported function b",
      "exported class C",
      "exported interface D",
      "exported type E",
      "exported const f",
      "exported const g",
      "exported const h",
      "exported const i",
    ]);
  });

  it("asks once for overloads and never for what is not exported here", () => {
    expect(
      names(`
        /** Reads. */
        export function read(a: string): void;
        export function read(a: number): void;
        export function read(a: unknown): void {}
        const hidden = "export const no = 1";
        export { x } from "./x.js";
        export type { Y } from "./y.js";
      `),
    ).toEqual([]);
  });
});
