import { execFileSync } from "node:child_process";
import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Description, ObjectDescription } from "../describe.js";
import { describeImage, editImage } from "../image.js";
import { PythonSession } from "../python-session.js";
import { ScratchFolder } from "../scratch-folder.js";
import { H5DUMP, H5LS, H5STAT, PYTHONS, type PythonTool, reportMissingTools } from "../tools.js";
import { openWasm, plainLeaves, wasmDataset, wasmLeaves } from "../wasm-reader.js";
import { BOUNDS, type Bound, type CellFacts, NEW_INDEXES, READ_BY_1_10 } from "./cell.js";
import { editAll } from "./edit-all.js";
import { type MatrixFile, SECTIONS, writeMatrixFile } from "./sections.js";

/** Bounds that differ in what is edited; the others are edited once. */
const EDITED_TWICE: ReadonlySet<Bound> = new Set(["earliest", "v108", "v110", "latest"]);

const folder = new ScratchFolder();
const sessions = new Map<string, PythonSession>();
const files = new Map<Bound, Promise<MatrixFile & { readonly path: string; readonly description: Description }>>();

beforeAll(() => {
  reportMissingTools();
  for (const tool of PYTHONS) {
    sessions.set(tool.label, new PythonSession(tool));
  }
});

afterAll(() => {
  for (const session of sessions.values()) {
    session.close();
  }
  folder.remove();
});

describe.each(BOUNDS)("everything that is written with libver %s", (bound) => {
  it("can be written", async () => {
    const { unsupported, cells } = await written(bound);
    const reasons = new Map<string, string[]>();
    for (const { cell, reason } of unsupported) {
      reasons.set(reason, [...(reasons.get(reason) ?? []), cell]);
    }
    expectNone([...reasons].map(([reason, list]) => ({ reason, count: list.length, as: list[0] })));
    expect(cells.size).toBeGreaterThan(400);
  });

  it("is to us what it should be", async () => {
    const { cells, description, image } = await written(bound);
    const wrong: object[] = [];
    const file = await openStorage(new MemoryStorage(image));
    for (const [path, { facts }] of cells) {
      const seen = description[path] as ObjectDescription;
      const { value, shape, layout } = seen;
      const { index, ...wanted } = facts;
      compare(wrong, path, wanted, {
        ...(value === undefined ? {} : { value }),
        ...(shape === undefined ? {} : { shape }),
        ...(layout === undefined ? {} : { layout: layout as NonNullable<CellFacts["layout"]> }),
        ...(seen.fill === undefined
          ? {}
          : { allocation: seen.fill.allocation as NonNullable<CellFacts["allocation"]> }),
        ...(seen.kind === "group" ? { linkOrder: await (await file.getGroup(path)).keys() } : {}),
        attributeOrder: await (await file.get(path)).attrs.keys(),
      });
    }
    await file.close();
    expectNone(wrong);
  });

  for (const tool of PYTHONS.filter((each) => reads(each, bound))) {
    it(`is the same to the ${tool.label}`, async () => {
      const { path, cells, description } = await written(bound);
      const session = sessions.get(tool.label) as PythonSession;
      expectNone(differences(description, await session.ask<Description>("describe", { path })));
      const found = await session.ask<Record<string, CellFacts>>("write_matrix_facts", { path });
      const wrong: object[] = [];
      for (const [name, { facts }] of cells) {
        const { value, shape, index, ...others } = facts;
        const wanted = NEW_INDEXES.has(bound) ? { ...others, ...(index === undefined ? {} : { index }) } : others;
        compare(wrong, name, wanted, found[name] ?? {});
      }
      expectNone(wrong);
    });

    it(`can be edited in turn by the ${tool.label} and by us`, async () => {
      const session = sessions.get(tool.label) as PythonSession;
      let { image } = await written(bound);
      for (const tag of EDITED_TWICE.has(bound) ? ["first", "second"] : ["only"]) {
        const path = folder.put("edited.h5", image);
        const theirs = await session.ask<Description>("write_matrix_edit", { path, tag: `${tag} theirs` });
        image = folder.take("edited.h5");
        expectNone(differences(await describeImage(image), theirs));
        image = await editImage(image, (file) => editAll(file, `${tag} ours`));
        folder.put("edited.h5", image);
        expectNone(differences(await describeImage(image), await session.ask("describe", { path })));
      }
    });
  }

  it("is the same to h5wasm", async () => {
    const { path, cells } = await written(bound);
    const file = await openWasm(path);
    const wrong: object[] = [];
    for (const [name, { facts }] of cells) {
      // h5wasm 0.10 reads chunks that LZF compressed as something else, without an error.
      if (facts.value === undefined || !name.startsWith("/storage/") || name.includes("lzf")) {
        continue;
      }
      const [ours, theirs] = [plainLeaves(facts.value), wasmLeaves(wasmDataset(file, name).value)];
      if (JSON.stringify(ours) !== JSON.stringify(theirs)) {
        wrong.push({ name, ours: ours.slice(0, 20), theirs: theirs.slice(0, 20) });
      }
    }
    file.close();
    expectNone(wrong);
  });

  if (READ_BY_1_10.has(bound)) {
    it("passes through h5dump, h5ls and h5stat without a complaint", async () => {
      const { path, image, cells } = await written(bound);
      for (const [program, args] of [
        [H5DUMP, ["-H", "-p"]],
        [H5LS, ["-r", "-v"]],
        [H5STAT, []],
      ] as const) {
        if (program === null) {
          continue;
        }
        const text = execFileSync(program, [...args, path], { encoding: "utf8", stdio: "pipe", maxBuffer: 2 ** 28 });
        expect(text).not.toMatch(/Unaccounted space: -|unable to|not found/i);
        expect(text.length).toBeGreaterThan(program === H5STAT ? 500 : 20 * cells.size);
        expect(program !== H5STAT || text.includes(`Total space: ${image.length} bytes`)).toBe(true);
      }
    });
  }
});

it("the matrix has cells of every kind, each with a name of its own", () => {
  for (const [section, cells] of SECTIONS) {
    expect(new Set(cells.map(({ name }) => name)).size, section).toBe(cells.length);
  }
});

function reads({ label }: PythonTool, bound: Bound): boolean {
  return label === "newest h5py" || READ_BY_1_10.has(bound);
}

/** The file of a bound, written when it is first asked for. */
function written(bound: Bound): Promise<MatrixFile & { readonly path: string; readonly description: Description }> {
  let file = files.get(bound);
  if (file === undefined) {
    file = writeMatrixFile(bound).then(async (made) => ({
      ...made,
      path: folder.put(`${bound}.h5`, made.image),
      description: await describeImage(made.image),
    }));
    files.set(bound, file);
  }
  return file;
}

/** Fails with the number of what is wrong and the first of it. */
function expectNone(wrong: readonly object[]): void {
  const lines = wrong.slice(0, 12).map((each) => JSON.stringify(each));
  expect(wrong.length, [`${wrong.length} are wrong:`, ...lines].join("\n")).toBe(0);
}

/** Says where what was found is not what was wanted. */
function compare(wrong: object[], path: string, wanted: CellFacts, found: CellFacts): void {
  for (const [what, value] of Object.entries(wanted)) {
    const seen = found[what as keyof CellFacts];
    if (JSON.stringify(value) !== JSON.stringify(seen)) {
      wrong.push({ path, what, wanted: short(value), found: short(seen) });
    }
  }
}

/** Objects that two descriptions say different things of. */
function differences(ours: Description, theirs: Description): object[] {
  return [...new Set([...Object.keys(ours), ...Object.keys(theirs)])].flatMap((path) => {
    const [a, b] = [inOrder(ours[path]), inOrder(theirs[path])];
    const parts = [...new Set([...Object.keys(a), ...Object.keys(b)])];
    return parts
      .filter((part) => JSON.stringify(a[part]) !== JSON.stringify(b[part]))
      .map((part) => ({ path, part, ours: short(a[part]), theirs: short(b[part]) }));
  });
}

/** Parts of a description with attributes and links by their names. */
function inOrder(object: ObjectDescription | undefined): Record<string, unknown> {
  // Past 16 client data values old versions of h5py give what happens to stand there.
  const filters = object?.filters?.map(([id, flags, clientData]) => [id, flags, clientData.slice(0, 16)]);
  return JSON.parse(JSON.stringify({ ...object, filters }), (_, value: unknown) =>
    value !== null && typeof value === "object" && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)))
      : value,
  ) as Record<string, unknown>;
}

function short(value: unknown): string {
  const text = JSON.stringify(value) ?? "nothing";
  return text.length > 300 ? `${text.slice(0, 300)}…` : text;
}
