import { MemoryStorage, openStorage } from "@hdfive/core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile } from "./describe.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

beforeAll(reportMissingTools);

describe.each(PYTHONS)("every datatype in every shape, layout and filter that $label writes", (tool) => {
  const folder = new ScratchFolder();
  let session: PythonSession;

  beforeAll(() => {
    session = new PythonSession(tool);
  });

  afterAll(() => {
    session.close();
    folder.remove();
  });

  it("is the same to us", async () => {
    const labels = await session.ask<string[]>("matrix_labels");
    expect(labels.length).toBeGreaterThan(40);
    const different: object[] = [];
    for (const [index, label] of labels.entries()) {
      const path = await session
        .ask<string>("matrix_write", { folder: folder.path, label, index, libver: "earliest" })
        .catch((error: Error) => {
          throw new Error(`${label} could not be written: ${error.message}`);
        });
      const file = await openStorage(new MemoryStorage(folder.take(`theirs-${index}.h5`)));
      const ours = await describeFile(file);
      await file.close();
      const theirs = await session.ask<Description>("describe", { path });
      expect(Object.keys(theirs).length).toBeGreaterThan(30);
      for (const name of Object.keys(theirs)) {
        if (JSON.stringify(sorted(ours[name])) !== JSON.stringify(sorted(theirs[name]))) {
          different.push({ label, name, ours: ours[name], theirs: theirs[name] });
        }
      }
      expect(Object.keys(ours)).toEqual(Object.keys(theirs));
    }
    expect(different).toEqual([]);
  });
});

/** The same value with the names of every record in order. */
function sorted(value: unknown): unknown {
  if (value === null || typeof value !== "object") {
    return value;
  }
  if (Array.isArray(value)) {
    return value.map(sorted);
  }
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, item]) => [name, sorted(item)]),
  );
}
