import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { Libver } from "@hdfive/format";
import { open, virtualDatasets } from "hdfive";
import { afterAll, describe, expect, it } from "vitest";
import { PYTHONS, reportMissingTools } from "../tools.js";

const script = fileURLToPath(new URL("../python/virtual.py", import.meta.url));
const root = mkdtempSync(join(tmpdir(), "hdfive-virtual-"));
afterAll(() => rmSync(root, { recursive: true }));

/** A virtual dataset as libhdf5 reads it. */
interface Described {
  readonly name: string;
  readonly file: string;
  readonly dataset: string;
  readonly view: "last-available" | "first-missing";
  readonly gap: number;
  readonly shape: readonly number[];
  readonly values: readonly (number | string)[];
  readonly sources: readonly (readonly [string, string])[];
}

const WRITERS = PYTHONS.flatMap(({ label, path }) => {
  const bounds: readonly Libver[] =
    label === "newest h5py" ? ["earliest", "v110", "v112", "v200", "latest"] : ["earliest", "latest"];
  return bounds.map((libver) => ({ label, path, libver }));
});

describe.each(WRITERS)("virtual datasets that the $label makes with libver $libver", ({ label, path, libver }) => {
  it("have the shape, the values and the sources that libhdf5 says they have", async () => {
    reportMissingTools();
    const folder = mkdtempSync(join(root, `${label.replace(" ", "-")}-${libver}-`));
    const printed = execFileSync(path, [script, "write", folder, libver], { maxBuffer: 2 ** 28 });
    const all = JSON.parse(printed.toString()) as readonly Described[];
    expect(all.length).toBeGreaterThan(20);
    for (const { name, file, dataset, view, gap, ...theirs } of all) {
      const plugins = [virtualDatasets({ view, printfGap: gap })];
      await using opened = await open(join(folder, file), "r", { plugins });
      const data = await opened.getDataset(dataset);
      const sources = (await data.virtualSources()).map((one) => [one.file, one.dataset]);
      const values = await data.read();
      const ours = { shape: data.shape, values: Array.from(values.data as ArrayLike<number>), sources };
      expect({ name, ...ours }).toEqual({ name, ...theirs });
      expect([data.isVirtual, (await data.info()).layout]).toEqual([true, "virtual"]);
    }
  }, 60_000);
});
