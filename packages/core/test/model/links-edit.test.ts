import { structuralProblems } from "@hdfive/testing";
import { describe, expect, it } from "vitest";
import { openStorage } from "../../src/model/open.js";
import { MemoryStorage } from "../../src/storage/memory-storage.js";

describe("links of a group", () => {
  it("move to other names and groups: the last ones where order is kept, and one twin is as the other", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w");
    const group = await file.createGroup("g", { trackOrder: true });
    await group.createGroup("a");
    await group.createSoftLink("b", "/g/a");
    await group.createExternalLink("c", "other.h5", "/x");
    await group.move("a", "d");
    expect(await group.keys()).toEqual(["b", "c", "d"]);
    file.moveSync("/g/c", "/new/place/c");
    expect((await (await file.getGroup("new/place")).links())[0]).toMatchObject({ kind: "external", file: "other.h5" });
    await expect(group.move("b", "d")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    await expect(group.move("nowhere", "e")).rejects.toMatchObject({ code: "NOT_FOUND" });
    expect(await group.keys()).toEqual(["b", "d"]);
    expect((await group.getGroup("d")).path).toBe("/g/d");
    await file.close();
    expect(structuralProblems(storage.image())).toEqual([]);
  });

  it("are inserted into one group by the thousand, and half of them taken out again", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { libver: "latest" });
    const group = await file.createGroup("g");
    for (let i = 0; i < 3000; i++) {
      group.createSoftLinkSync(`link ${i}`, "/");
    }
    for (let i = 0; i < 3000; i += 2) {
      group.deleteSync(`link ${i}`);
    }
    expect((await group.keys()).length).toBe(1500);
    await file.close();
    expect(structuralProblems(storage.image())).toEqual([]);
  });

  it("keep the order of attributes that are modified or renamed, and put those last that are set again", async () => {
    const storage = new MemoryStorage();
    const file = await openStorage(storage, "w", { trackOrder: true });
    for (let i = 0; i < 12; i++) {
      await file.attrs.set(`a${i}`, i);
    }
    await file.attrs.modify("a3", 33);
    await file.attrs.rename("a4", "renamed");
    await file.attrs.set("a0", "again");
    const rest = Array.from({ length: 7 }, (_, i) => `a${i + 5}`);
    expect(await file.attrs.keys()).toEqual(["a1", "a2", "a3", "renamed", ...rest, "a0"]);
    file.attrs.renameSync("renamed", "a4");
    await expect(file.attrs.rename("a4", "a5")).rejects.toMatchObject({ code: "ALREADY_EXISTS" });
    expect(await file.attrs.get("a3")).toBe(33);
    await file.close();
    expect(structuralProblems(storage.image())).toEqual([]);
  });
});
