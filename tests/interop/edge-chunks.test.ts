import { MemoryStorage, openStorage, openStorageSync } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { sound } from "./image.js";
import { PythonSession } from "./python-session.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

beforeAll(reportMissingTools);
const folder = new ScratchFolder();
afterAll(() => folder.remove());

/** Fails every write from the one of this number on. */
class FailingStorage extends MemoryStorage {
  left = Number.POSITIVE_INFINITY;
  override writeSync(offset: number, bytes: Uint8Array<ArrayBuffer>): void {
    if (--this.left < 0) {
      throw new Error("the disk is gone");
    }
    super.writeSync(offset, bytes);
  }
}

/** Makes one step of every kind: out of partial chunks into whole ones, back, over several chunks, one axis against the other. */
function steps(shape: readonly number[], chunks: readonly number[], most: readonly (number | null)[]): number[][] {
  const within = (wanted: readonly number[]): number[] =>
    wanted.map((extent, axis) => Math.max(0, Math.min(extent, most[axis] ?? Number.POSITIVE_INFINITY)));
  return [
    within(shape.map((extent) => extent + 1)),
    within(shape.map((extent, axis) => Math.ceil(extent / (chunks[axis] as number)) * (chunks[axis] as number))),
    within(shape.map((extent, axis) => (axis === 0 ? extent + 2 : extent - 1))),
    within(shape.map((extent, axis) => extent - (chunks[axis] as number) - 1)),
    within(shape.map((extent, axis) => extent + (chunks[axis] as number))),
  ];
}

const FACTS = `
answer = {}
for p in paths:
    d = f[p]
    n = d.id.get_num_chunks()
    infos = [d.id.get_chunk_info(i) for i in range(n)]
    plain = int(np.prod(d.chunks)) * d.dtype.itemsize
    partial = [any(o + c > n for o, c, n in zip(i.chunk_offset, d.chunks, d.shape)) for i in infos]
    stored = sorted([list(i.chunk_offset), i.filter_mask, i.size == plain if e else None] for i, e in zip(infos, partial))
    answer[p] = [list(d.shape), d[()].ravel().tolist(), stored]
`;
const RESIZE = `
answer = None
for p, shapes in steps.items():
    for shape in shapes:
        f[p].resize(tuple(shape))
`;

describe.each(PYTHONS)("chunks at the edge without filters and $label", (python) => {
  let session: PythonSession;
  let image: Uint8Array<ArrayBuffer>;
  let paths: string[];
  const source = `edge ${python.label}.h5`;
  beforeAll(async () => {
    session = new PythonSession(python);
    const args = { path: folder.file(source), libver: "latest", userblock: 512 };
    const facts = await session.ask<Record<string, { offsetsAreTrue: boolean }>>("make_chunk_indexes", args);
    image = folder.take(source);
    paths = Object.keys(facts).filter((path) => path.endsWith(" partial") && facts[path]?.offsetsAreTrue === true);
  }, 60_000);
  afterAll(() => session.close());

  it("are stored as libhdf5 stores them, after every step of a walk of the edge", async () => {
    expect(paths.length).toBeGreaterThan(20);
    const walks = new Map<string, number[][]>();
    let memory = new MemoryStorage(image.slice());
    const file = openStorageSync(new MemoryStorage(image), "r");
    for (const path of paths) {
      const { shape, chunks, maxShape } = file.getDatasetSync(path);
      walks.set(path, steps(shape, chunks ?? [], maxShape ?? shape));
    }
    file.closeSync();
    for (let step = 0; step < 5; step++) {
      const now = Object.fromEntries(paths.map((path) => [path, [walks.get(path)?.[step]]]));
      folder.put("theirs.h5", step === 0 ? image : folder.take("theirs.h5"));
      await session.ask("script", { path: folder.file("theirs.h5"), mode: "r+", code: RESIZE, steps: now });
      memory = new MemoryStorage(memory.image().slice());
      const storm = new FaultStormStorage(memory);
      const ours = await openStorage(storm, "r+", { chunkCacheBytes: 2000 });
      for (const path of paths) {
        await (await ours.getDataset(path)).resize(walks.get(path)?.[step] as number[]);
      }
      await ours.close();
      sound(memory.image());
      folder.put("ours.h5", memory.image());
      const ask = (name: string): Promise<Record<string, unknown>> =>
        session.ask("script", { path: folder.file(name), mode: "r", code: FACTS, paths });
      const [mine, expected] = [await ask("ours.h5"), await ask("theirs.h5")];
      for (const path of paths) {
        expect(mine[path], `${path}, step ${step}`).toEqual(expected[path]);
      }
    }
  }, 120_000);

  it("are whole in memory and in the file wherever a resize fails, under the old shape or the new one", async () => {
    const path = paths.find((each) => each.includes("rank2") && each.includes("gzip full")) as string;
    const whole = openStorageSync(new MemoryStorage(image)).getDatasetSync(path);
    const { shape, chunks, maxShape } = whole;
    const before = whole.readSync().data;
    let failures = 0;
    for (const to of steps(shape, chunks ?? [], maxShape ?? shape)) {
      const done = openStorageSync(new MemoryStorage(image.slice()), "r+");
      const expected = done.getDatasetSync(path);
      expected.resizeSync(to);
      const after = expected.readSync().data;
      for (let writes = 0; ; writes++) {
        const storage = new FailingStorage(image.slice());
        const file = openStorageSync(storage, "r+");
        const dataset = file.getDatasetSync(path);
        storage.left = writes;
        let failed = true;
        try {
          dataset.resizeSync(to);
          failed = false;
        } catch (error) {
          expect(String(error)).toContain("the disk is gone");
        }
        storage.left = Number.POSITIVE_INFINITY;
        const isOld = dataset.shape.join() === shape.join();
        expect(isOld ? shape : to).toEqual(dataset.shape);
        if (isOld || !failed) {
          expect(dataset.readSync().data).toEqual(isOld ? before : after);
        }
        // A second attempt gets there.
        dataset.resizeSync(to);
        file.closeSync();
        sound(storage.image());
        const again = openStorageSync(new MemoryStorage(storage.image())).getDatasetSync(path);
        expect(again.shape).toEqual(to);
        if (isOld || !failed) {
          expect(again.readSync().data).toEqual(after);
        }
        if (!failed) {
          break;
        }
        failures++;
      }
    }
    expect(failures).toBeGreaterThan(5);
  });
});
