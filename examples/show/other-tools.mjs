import { basename } from "node:path";
import { contentOf, difference } from "./content.mjs";
import { h5dumpContent, h5dumpVersion } from "./h5dump.mjs";
import { h5pyContent, pythonsWithH5py } from "./h5py.mjs";

/**
 * Lets every other HDF5 tool on this machine read files, and compares each value with what hdfive reads.
 *
 * Gives one report a tool: `{ tool, missing }`, or `{ tool, datasets, attributes, values, differences }`.
 */
export async function compareWithOtherTools(paths) {
  const mine = new Map();
  for (const path of paths) {
    mine.set(path, await contentOf(path));
  }
  const version = h5dumpVersion();
  const reports = [
    version === null
      ? { tool: "h5dump", missing: "there is no h5dump on this machine" }
      : report(`h5dump ${version}`, mine, (path) => h5dumpContent(path, Object.keys(mine.get(path).datasets))),
  ];
  const pythons = pythonsWithH5py();
  for (const { python, h5py, hdf5 } of pythons) {
    let all;
    reports.push(
      report(`h5py ${h5py} on HDF5 ${hdf5}`, mine, (path) => {
        all ??= h5pyContent(python, paths);
        return all[path];
      }),
    );
  }
  if (pythons.length === 0) {
    reports.push({ tool: "h5py", missing: "there is no Python with h5py on this machine" });
  }
  return reports;
}

function report(tool, mine, read) {
  const counts = { datasets: 0, attributes: 0, values: 0 };
  const differences = [];
  const compare = (what, where, own, other) => {
    const found = difference(own, other);
    if (found !== null) {
      differences.push(`${where}: ${found}`);
      return;
    }
    counts[what] += 1;
    counts.values += own.values.length;
  };
  for (const [path, { datasets, attributes }] of mine) {
    const file = basename(path);
    try {
      const theirs = read(path);
      for (const [name, own] of Object.entries(datasets)) {
        compare("datasets", `${file} ${name}`, own, theirs.datasets[name]);
      }
      for (const [name, own] of Object.entries(theirs.attributes === undefined ? {} : attributes)) {
        for (const [key, value] of Object.entries(own)) {
          compare("attributes", `${file} ${name}@${key}`, value, theirs.attributes[name]?.[key]);
        }
      }
      for (const name of Object.keys(theirs.datasets)) {
        if (datasets[name] === undefined) differences.push(`${file} ${name}: hdfive does not see it`);
      }
    } catch (error) {
      differences.push(`${file}: ${error.message}`);
    }
  }
  return { tool, ...counts, differences };
}

/** A report in words. */
export function describeReport({ tool, missing, datasets, attributes, values, differences }) {
  if (missing !== undefined) {
    return `- ${tool}: not asked, ${missing}`;
  }
  const counts = [
    `${datasets} datasets`,
    ...(attributes > 0 ? [`${attributes} attributes`] : []),
    `${values} values`,
  ].join(", ");
  return differences.length === 0
    ? `✓ ${tool} agrees: ${counts}`
    : [`✗ ${tool} agrees on ${counts}, but not on:`, ...differences.map((line) => `    ${line}`)].join("\n");
}
