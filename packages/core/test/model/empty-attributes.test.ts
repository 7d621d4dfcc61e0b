import { expect, it } from "vitest";
import { array, MemoryStorage, openStorageSync, vlen } from "../../src/index.js";

it("an attribute without elements has the shape it is given, also of sequences and of array datatypes", () => {
  const { attrs } = openStorageSync(new MemoryStorage(), "w");
  for (const dtype of ["int32", vlen("int32"), array("int32", [2])] as const) {
    attrs.setSync("a", [], { dtype, shape: [0, 5] });
    expect(attrs.infoSync("a").shape).toEqual([0, 5]);
    attrs.modifySync("a", []);
    expect(attrs.infoSync("a").shape).toEqual([0, 5]);
    expect(attrs.getArraySync("a")?.size).toBe(0);
  }
  expect(() => attrs.setSync("a", [], { dtype: "int32", shape: [1] })).toThrow("conflicts with shape of data");
});
