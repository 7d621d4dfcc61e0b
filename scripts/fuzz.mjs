// `npm run fuzz`: the long campaign over damaged files. Its parts are those of tests/malformed.test.ts.
import { fileURLToPath } from "node:url";
import { runnerImport } from "vite";

const { module } = await runnerImport(fileURLToPath(new URL("../tests/malformed/fuzz.ts", import.meta.url)), {
  configFile: false,
  logLevel: "error",
});
process.exitCode = await module.fuzz(process.argv.slice(2));
