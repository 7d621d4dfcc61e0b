/**
 * The tour: runs the examples one after the other, and lets the other HDF5 tools of this machine judge the files.
 *
 *   node examples/tour.mjs [folder]    the files stay in the folder; a temporary one when none is named
 */
import { mkdirSync, mkdtempSync, readdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { compareWithOtherTools, describeReport } from "./show/other-tools.mjs";
import { steps } from "./show/steps.mjs";

const inColour = process.stdout.hasColors?.() === true;
const bold = (text) => (inColour ? `\u001b[1m${text}\u001b[22m` : text);

const heading = (text) => console.log(`\n${bold(text)}\n${"─".repeat(text.length)}`);

/** Prints a paragraph; what comes after its first line stands below it, indented. */
const print = (...lines) => {
  const [first, ...rest] = lines.join("\n").split("\n");
  console.log([first, ...rest.map((line) => `    ${line}`)].join("\n"));
};

const named = process.argv[2];
const folder = named === undefined ? mkdtempSync(join(tmpdir(), "hdfive-tour-")) : resolve(named);
mkdirSync(folder, { recursive: true });

for (const [i, { title, run }] of steps.entries()) {
  heading(`${i + 1}. ${title}`);
  await run(print, folder);
}

heading(`${steps.length + 1}. What other tools say`);
const files = readdirSync(folder)
  .filter((name) => name.endsWith(".h5"))
  .sort();
const reports = await compareWithOtherTools(files.map((name) => join(folder, name)));
console.log(`The ${files.length} files of this tour, read by others and compared value by value:`);
for (const report of reports) {
  console.log(describeReport(report));
}
console.log(`\nThe files are in ${folder}`);
process.exitCode = reports.some(({ differences }) => differences !== undefined && differences.length > 0) ? 1 : 0;
