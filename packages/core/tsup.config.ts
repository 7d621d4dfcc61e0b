import { defineConfig } from "tsup";
import { base } from "../../tsup.base.ts";

// What both entries use goes into modules of its own, so that there is one class of each name.
export default defineConfig({ ...base, entry: { index: "src/index.ts", "model/plugin": "src/model/plugin.ts" } });
