import { execFileSync } from "node:child_process";
import { check, checkSync, MemoryStorage, openStorage } from "@hdfive/core";
import { FaultStormStorage, problemLines } from "@hdfive/testing";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { createImage } from "./image.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const folder = new ScratchFolder();
beforeAll(reportMissingTools);
afterAll(() => folder.remove());

/** A file with every structure that h5py makes between two bounds of versions. */
const EVERYTHING = `
import sys, h5py, numpy as np
path, low, strategy, persist = sys.argv[1:5]
settings = {} if strategy == '-' else dict(fs_strategy=strategy, fs_persist=persist == '1', fs_threshold=1)
with h5py.File(path, 'w', libver=(low, 'latest'), **settings) as f:
    f.attrs['note'] = 'text of any length'
    for n in (3, 20, 200):
        g = f.create_group(f'links{n}', track_order=n == 200)
        for i in range(n):
            g[f'soft{i}'] = h5py.SoftLink('/none')
            g.create_group(f'member {i}')
        for i in range(0, n, 3):
            del g[f'soft{i}']
    d = f.create_dataset('attributed', data=np.arange(10))
    for i in range(40):
        d.attrs[f'a{i}'] = np.arange(i)
    for i in range(0, 40, 4):
        del d.attrs[f'a{i}']
    if low != 'earliest':
        d.attrs['large'] = np.arange(20000)
    f['type'] = np.dtype([('x', 'f8'), ('y', 'i4')])
    f.create_dataset('typed', (5,), dtype=f['type'])
    f['again'] = f['attributed']
    s = h5py.string_dtype()
    f.create_dataset('texts', data=['a%d' % i for i in range(900)], dtype=s, chunks=(100,), maxshape=(None,), compression=4)
    v = f.create_dataset('sequences', (50,), dtype=h5py.vlen_dtype(s))
    for i in range(0, 50, 2):
        v[i] = ['x' * j for j in range(i % 7)]
    r = f.create_dataset('regions', (3,), dtype=h5py.regionref_dtype)
    r[0] = f['attributed'].regionref[2:5]
    for name, shape, most, chunk in (
        ('single', (10, 10), None, (10, 10)), ('fixed', (200, 100), None, (3, 3)), ('paged', (9000,), None, (1,)),
        ('extensible', (4000, 4), (None, 4), (1, 4)), ('wide', (4, 700), (8, None), (1, 5)),
        ('tree', (40, 40), (None, None), (1, 3)),
    ):
        for filters in ({}, dict(compression=1, shuffle=True, fletcher32=True)):
            x = f.create_dataset(name + ('+' if filters else ''), shape, maxshape=most, chunks=chunk, dtype='i2', **filters)
            x[:min(30, shape[0])] = 7
    x = f['tree']
    x.resize((60, 20))
    e = f.create_dataset('early', (40, 40), chunks=(7, 9), dtype='f4')
    e[...] = 1
`;

describe("the structural check", () => {
  const cases = PYTHONS.flatMap((tool) => [
    ...["earliest", "v108", "v110", "latest"].map((low) => ({ tool, low, strategy: "-", persist: "0" })),
    ...["fsm", "page", "aggregate", "none"].map((strategy) => ({ tool, low: "latest", strategy, persist: "0" })),
    ...["fsm", "page"].map((strategy) => ({ tool, low: "latest", strategy, persist: "1" })),
  ]);

  it.each(cases)("finds nothing wrong with what $tool.label writes, $low $strategy $persist", async (one) => {
    const path = folder.file("theirs.h5");
    execFileSync(one.tool.path, ["-c", EVERYTHING, path, one.low, one.strategy, one.persist], { stdio: "pipe" });
    const report = checkSync(new MemoryStorage(folder.take("theirs.h5")));
    expect(report.problems).toEqual([]);
    const storm = new FaultStormStorage(new MemoryStorage(folder.take("theirs.h5")), { seed: 1 });
    expect(await check(storm)).toEqual(report);
  });

  it("knows what every byte of a file is for that was written in one go", async () => {
    const image = await createImage(async (file) => {
      await file.createDataset("numbers", { data: new Float64Array(100) });
      await file.createDataset("chunked", { data: new Int16Array(1000), chunks: [10], compression: 1 });
      await file.createDataset("texts", { data: ["a", "bc"] });
      await file.createGroup("a/b/c");
    });
    const { space } = checkSync(new MemoryStorage(image));
    expect(space.unaccounted).toBe(0);
    expect(Object.values(space.used).reduce((sum, bytes) => sum + bytes, 0)).toBe(image.length);
  });

  it("checks what was changed and not flushed yet, and leaves the file open", async () => {
    const file = await openStorage(new MemoryStorage(), "w");
    await file.createDataset("numbers", { data: [1, 2, 3], chunks: [2] });
    expect(problemLines(await check(file))).toEqual([]);
    expect((await check(file)).objectCount).toBe(2);
    expect(await (await file.getDataset("numbers")).read()).toHaveProperty("data");
    await file.close();
  });
});
