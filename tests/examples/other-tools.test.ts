import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Example, loadModule } from "./load-example.js";

interface Values {
  readonly shape?: readonly number[];
  readonly values: readonly unknown[];
}

interface Report {
  readonly tool: string;
  readonly missing?: string;
  readonly datasets: number;
  readonly attributes: number;
  readonly values: number;
  readonly differences: readonly string[];
}

interface Tools {
  compareWithOtherTools(paths: readonly string[]): Promise<readonly Report[]>;
  describeReport(report: Report): string;
}

const { steps } = await loadModule<{ steps: readonly Example[] }>("show/steps.mjs");
const { compareWithOtherTools, describeReport } = await loadModule<Tools>("show/other-tools.mjs");
const { difference } = await loadModule<{ difference(mine: Values, theirs?: Values): string | null }>(
  "show/content.mjs",
);

describe("the files of the examples", () => {
  let folder: string;
  let reports: readonly Report[];
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "hdfive-tour-"));
    for (const { run } of steps) {
      await run(() => {}, folder);
    }
    const names = ["panorama", "growing", "shapes", "half", "slices", "images", "iteration", "errors"];
    reports = await compareWithOtherTools(names.map((name) => join(folder, `${name}.h5`)));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("are the same to every other tool on this machine", () => {
    for (const report of reports) {
      if (report.missing !== undefined) {
        if (process.env.CI !== undefined) {
          throw new Error(`${report.tool} judges nothing here: ${report.missing}`);
        }
        console.warn(`NOT CHECKED by ${report.tool}: ${report.missing}`);
        continue;
      }
      expect(report.differences, report.tool).toEqual([]);
      expect(report.datasets, report.tool).toBe(12);
      expect(report.values, report.tool).toBeGreaterThanOrEqual(1366);
    }
  });

  it("are compared with attributes where the tool shows them", () => {
    const h5py = reports.filter(({ tool, missing }) => tool.startsWith("h5py") && missing === undefined);
    for (const { attributes, tool } of h5py) {
      expect(attributes, tool).toBe(4);
    }
  });

  it("are reported when they cannot be read", async () => {
    await expect(compareWithOtherTools([join(folder, "letter.txt")])).rejects.toMatchObject({ code: "NOT_HDF5" });
  });
});

describe("the comparison", () => {
  const mine = { shape: [3], values: [1, "inf", "text"] };

  it("sees a value, a shape, a length and an object that differ", () => {
    expect(difference(mine, { shape: [3], values: [1, "inf", "text"] })).toBeNull();
    expect(difference(mine, { values: [1, "inf", "text"] })).toBeNull();
    expect(difference(mine, { shape: [3], values: [1, "-inf", "text"] })).toBe("value 1 is -inf instead of inf");
    expect(difference(mine, { shape: [3, 1], values: mine.values })).toContain("shape (3, 1) instead of (3)");
    expect(difference(mine, { values: [1] })).toBe("1 values instead of 3");
    expect(difference(mine, undefined)).toBe("it is not there");
  });

  it("says so in words", () => {
    const report = { tool: "some tool", datasets: 2, attributes: 0, values: 5, differences: [] };
    expect(describeReport(report)).toBe("✓ some tool agrees: 2 datasets, 5 values");
    const differs = describeReport({ ...report, attributes: 1, differences: ["a.h5 /x: it is not there"] });
    expect(differs).toBe(
      "✗ some tool agrees on 2 datasets, 1 attributes, 5 values, but not on:\n    a.h5 /x: it is not there",
    );
    expect(describeReport({ ...report, missing: "it is not here" })).toBe("- some tool: not asked, it is not here");
  });
});
