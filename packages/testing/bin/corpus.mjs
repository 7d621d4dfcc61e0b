#!/usr/bin/env node
import { fileURLToPath } from "node:url";

const root = new URL("../../../", import.meta.url);
const built = await import("../dist/node/index.js").catch((error) => {
  if (error.code !== "ERR_MODULE_NOT_FOUND") throw error;
  console.error(`The packages are not built yet (${error.message}). Run: npm run build`);
  process.exit(2);
});
const places = {
  folder: fileURLToPath(new URL("../shared/corpus", root)),
  child: fileURLToPath(new URL("../dist/node/corpus-child.js", import.meta.url)),
  script: fileURLToPath(new URL("../python/expected.py", import.meta.url)),
};
process.exitCode = await built.corpusCommand(process.argv.slice(2), places, { out: console.log, err: console.error });
