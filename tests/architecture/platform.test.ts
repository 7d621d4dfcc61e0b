import { describe, expect, it } from "vitest";
import { platformTypes, type Tsconfig } from "./checks/platform.js";
import { readText } from "./workspace.js";

const read = (path: string): Tsconfig => JSON.parse(readText(path)) as Tsconfig;

describe("format and core know no platform", () => {
  it.each(["packages/format/tsconfig.json", "packages/core/tsconfig.json"])(
    "%s has no types of Node or the DOM",
    (path) => {
      expect(platformTypes(path, read(path), read("tsconfig.base.json"))).toEqual([]);
    },
  );

  it("would see them, own or inherited", () => {
    const base: Tsconfig = { compilerOptions: { lib: ["ES2023"], types: [] } };
    expect(platformTypes("a", { compilerOptions: { types: ["node"] } }, base)).toHaveLength(1);
    expect(platformTypes("a", { compilerOptions: { lib: ["ES2023", "DOM"] } }, base)).toHaveLength(1);
    expect(platformTypes("a", {}, { compilerOptions: { lib: ["DOM.AsyncIterable"] } })).toHaveLength(2);
    expect(platformTypes("a", {}, base)).toEqual([]);
  });
});
