import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { type Example, examplesOf, importedPackages } from "./readme-examples.js";
import { PACKAGES, packageSources, ROOT, readText, startedPackages } from "./workspace.js";

const pages = ["README.md", ...PACKAGES.map((name) => `packages/${name}/README.md`)];
const examples = pages.filter((page) => existsSync(ROOT + page)).flatMap((page) => examplesOf(page, readText(page)));
const scratch = mkdtempSync(join(tmpdir(), "hdfive-readme-"));
afterAll(() => rmSync(scratch, { recursive: true, force: true }));

/** Writes examples as modules into folders of their own, which they run in. */
function modulesOf(
  blocks: readonly Example[],
  folder: string,
): readonly { path: string; cwd: string; where: string }[] {
  return blocks.map(({ where, language, code }) => {
    const cwd = join(scratch, folder, where.replace(/\W+/g, "-"));
    mkdirSync(cwd, { recursive: true });
    const path = join(cwd, `example.${language === "ts" ? "ts" : "mjs"}`);
    writeFileSync(path, `${code}\nexport {};\n`);
    return { path, cwd, where };
  });
}

/** Runs a module as vitest runs tests: TypeScript understood, `hdfive` and `@hdfive/*` taken from the sources. */
async function run(path: string, cwd: string): Promise<void> {
  const before = process.cwd();
  process.chdir(cwd);
  try {
    await import(/* @vite-ignore */ pathToFileURL(path).href);
  } finally {
    process.chdir(before);
  }
}

/** What the compiler says about all modules of a folder, with the settings of the packages; empty when nothing. */
function compile(folder: string): string {
  const project = join(scratch, folder, "tsconfig.json");
  const compilerOptions = {
    types: ["node"],
    typeRoots: [`${ROOT}node_modules/@types`],
    isolatedDeclarations: false,
    declaration: false,
    noUnusedLocals: false,
  };
  writeFileSync(
    project,
    JSON.stringify({ extends: `${ROOT}tsconfig.base.json`, compilerOptions, include: ["./**/*.ts"] }),
  );
  const { stdout } = spawnSync(process.execPath, [`${ROOT}node_modules/typescript/bin/tsc`, "-p", project], {
    encoding: "utf8",
  });
  return stdout;
}

describe("the examples in the READMEs", () => {
  const started = startedPackages(packageSources());
  const ready = (example: Example): boolean => importedPackages(example).every((name) => started.includes(name));
  const modules = modulesOf(examples.filter(ready), "readme");

  for (const example of examples.filter((candidate) => !ready(candidate))) {
    it.todo(`${example.where} runs once the packages it imports export something`);
  }

  it("are there", () => {
    expect(examples.length).toBeGreaterThan(0);
  });

  it.runIf(modules.length > 0)("compile with the settings of the packages", () => {
    expect(compile("readme")).toBe("");
  });

  for (const { path, cwd, where } of modules) {
    it(`${where} runs as it stands`, async () => {
      await run(path, cwd);
    });
  }
});

describe("the check of the examples", () => {
  it("takes blocks of TypeScript and JavaScript, and where they stand", () => {
    const page = "# A\n\n```ts\nconst a = 1;\n```\n\n```sh\nnpm test\n```\n\n```js\nlet b;\n```\n\n```\nplain\n```\n";
    expect(examplesOf("README.md", page)).toEqual([
      { where: "README.md:3", language: "ts", code: "const a = 1;\n" },
      { where: "README.md:11", language: "js", code: "let b;\n" },
    ]);
  });

  it("sees an example that throws, and runs it in a folder of its own", async () => {
    const throws: Example = { where: "a", language: "ts", code: 'throw new Error("out of date" as string);' };
    const writes: Example = {
      where: "b",
      language: "ts",
      code: `import { writeFileSync } from "node:fs";
        import * as hdfive from "hdfive";
        await using end = { async [Symbol.asyncDispose]() { writeFileSync("disposed.txt", typeof hdfive); } };
        writeFileSync("here.txt", typeof end);`,
    };
    const [first, second] = modulesOf([throws, writes], "seeded");
    await expect(run(first!.path, first!.cwd)).rejects.toThrow("out of date");
    await run(second!.path, second!.cwd);
    expect(readFileSync(join(second!.cwd, "here.txt"), "utf8")).toBe("object");
    expect(readFileSync(join(second!.cwd, "disposed.txt"), "utf8")).toBe("object");
  });

  it("sees an example that does not compile", () => {
    modulesOf([{ where: "c", language: "ts", code: 'const n: number = "text";' }], "broken");
    expect(compile("broken")).toContain("TS2322");
  });
});
