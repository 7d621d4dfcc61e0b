import { describe, expect, it } from "vitest";
import { insertLink, removeLink, requireGroup } from "../../src/engine/groups/links.js";
import { ensureGroups, resolvePath, tryResolve } from "../../src/engine/groups/path.js";
import { createHeader } from "../../src/engine/object-header/new-header.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { type EngineFile, newFile } from "./engine-file.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

interface Sample {
  readonly file: EngineFile;
  readonly a: number;
  readonly b: number;
  readonly other: number;
  /** Runs a resolution from the root. */
  at(path: string, options?: { followLast?: boolean }): Promise<unknown>;
}

/** /a/b, /other that is no group, and links between them. */
async function sample(storm: boolean): Promise<Sample> {
  const file = await newFile(storm);
  const a = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["a"]));
  const b = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["a", "b"]));
  const other = await file.do((tx) => createHeader(tx, [{ type: 14, flags: 0, data: new Uint8Array(16) }]));
  const soft = (home: number, name: string, target: string): Promise<void> | void =>
    file.do((tx) => insertLink(tx, requireGroup(tx, home), { name, kind: "soft", target }));
  await file.do((tx) => insertLink(tx, requireGroup(tx, rootOf(tx)), { name: "other", kind: "hard", address: other }));
  await soft(a, "relative", "b");
  await soft(a, "absolute", "/a/./b");
  await soft(b, "up", "..");
  await soft(b, "..", "/other");
  await soft(a, "dangling", "b/missing/deeper");
  await soft(a, "loop", "/a/loop");
  await soft(a, "top", "/");
  await soft(a, "s0", "b");
  for (let i = 1; i <= 16; i++) {
    await soft(a, `s${i}`, `s${i - 1}`);
  }
  return {
    file,
    a,
    b,
    other,
    at: async (path, options = {}) => file.do((tx) => resolvePath(tx, rootOf(tx), path, options)),
  };
}

describe.each([false, true])("paths (storage that has to be waited for: %s)", (storm) => {
  it("collapse what is empty and '.', and take '..' as a name", async () => {
    const { at, a, b, other, file } = await sample(storm);
    const root = file.state.superblock.rootAddress;
    for (const path of ["", "/", ".", "//./"]) {
      expect(await at(path)).toEqual({ address: root, parentAddress: null, name: null, link: null });
    }
    for (const path of ["a/b", "/a/b", "//a/./b/", "a//b"]) {
      expect(await at(path)).toMatchObject({ address: b, parentAddress: a, name: "b", link: { kind: "hard" } });
    }
    expect(await at("a/b/..")).toMatchObject({ address: other });
  });

  it("follow soft links from the group that holds them, sixteen in one path and no more", async () => {
    const { at, a, b, other, file } = await sample(storm);
    expect(await at("a/relative")).toMatchObject({ address: b });
    expect(await at("a/absolute")).toMatchObject({ address: b, parentAddress: a, name: "b" });
    expect(await at("a/relative/up")).toMatchObject({ address: other });
    expect(await at("a/top")).toMatchObject({ address: file.state.superblock.rootAddress });
    expect(await at("a/top/a/top/a/b")).toMatchObject({ address: b });
    expect(await at("a/s15")).toMatchObject({ address: b });
    await expect(at("a/s16")).rejects.toMatchObject({
      code: "LIMIT",
      message: expect.stringContaining("too many links"),
    });
    await expect(at("a/loop")).rejects.toMatchObject({ code: "LIMIT" });
  });

  it("stop at a last link that is not to be followed", async () => {
    const { at, a } = await sample(storm);
    const link = { name: "dangling", kind: "soft", target: "b/missing/deeper", creationOrder: null, charset: null };
    expect(await at("a/dangling", { followLast: false })).toEqual({
      address: null,
      parentAddress: a,
      name: "dangling",
      link,
    });
    expect(await at("a/relative/up", { followLast: false })).toMatchObject({ link: { target: ".." } });
  });

  it("say in h5py's words what is missing", async () => {
    const { at, file } = await sample(storm);
    const missing = (words: string): object => ({ code: "NOT_FOUND", message: expect.stringContaining(words) });
    await expect(at("a/nothing")).rejects.toMatchObject(missing("object 'nothing' doesn't exist"));
    await expect(at("nothing/b")).rejects.toMatchObject(missing("component not found: 'nothing'"));
    await expect(at("a/dangling")).rejects.toMatchObject(missing("component not found: 'missing'"));
    await expect(at("other/x")).rejects.toMatchObject({
      code: "WRONG_KIND",
      message: expect.stringContaining("'other'"),
    });
    for (const path of ["a/nothing", "a/dangling", "other/x"]) {
      expect(await file.do((tx) => tryResolve(tx, rootOf(tx), path))).toBeNull();
    }
    expect(await file.do((tx) => tryResolve(tx, rootOf(tx), "a/dangling", { followLast: false }))).not.toBeNull();
  });

  it("create the groups that are missing, and only these", async () => {
    const { file, b, at } = await sample(storm);
    const made = await file.do((tx) => ensureGroups(tx, rootOf(tx), ["a", "relative", "c", "d"]));
    expect(await at("a/b/c/d")).toMatchObject({ address: made });
    expect(await file.do((tx) => ensureGroups(tx, b, ["c", "d"]))).toBe(made);
    await expect(async () => file.do((tx) => ensureGroups(tx, rootOf(tx), ["other", "x"]))).rejects.toMatchObject({
      code: "WRONG_KIND",
    });
  });

  it("refuse names that no link can have, and names that are taken", async () => {
    const { file, a } = await sample(storm);
    const add = async (link: Parameters<typeof insertLink>[2]): Promise<void> =>
      file.do((tx) => insertLink(tx, requireGroup(tx, a), link));
    for (const name of ["", ".", "a/b", "nul\0", "\ud800"]) {
      await expect(add({ name, kind: "soft", target: "x" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    }
    await expect(add({ name: "x", kind: "soft", target: "" })).rejects.toMatchObject({ code: "INVALID_ARGUMENT" });
    await expect(add({ name: "b", kind: "soft", target: "x" })).rejects.toMatchObject({
      code: "ALREADY_EXISTS",
      message: expect.stringContaining("Unable to create link (name already exists)"),
    });
    await expect(async () => file.do((tx) => removeLink(tx, requireGroup(tx, a), "nothing"))).rejects.toMatchObject({
      code: "NOT_FOUND",
      message: expect.stringContaining("Couldn't delete link"),
    });
  });
});
