import { fileURLToPath } from "node:url";

/** What an example prints to: lines, which may hold several themselves. */
export type Print = (...lines: readonly string[]) => void;

/** An example of `examples/`: it prints what it does, and may give facts for tests. */
export interface Example {
  readonly title: string;
  run(print: Print, folder: string): Promise<unknown>;
}

/** The exports of a module under `examples/`, which has no types. */
export function loadModule<T>(path: string): Promise<T> {
  return import(/* @vite-ignore */ new URL(`../../examples/${path}`, import.meta.url).href) as Promise<T>;
}

/** The path of the folder of the examples. */
export const EXAMPLES: string = fileURLToPath(new URL("../../examples/", import.meta.url));

/** Runs an example in a folder: all that it printed as one text, and the facts it gave. */
export async function runExample(name: string, folder: string): Promise<{ printed: string; facts: unknown }> {
  const { run } = await loadModule<Example>(name);
  const lines: string[] = [];
  const facts = await run((...printed) => lines.push(...printed), folder);
  return { printed: lines.join("\n"), facts };
}
