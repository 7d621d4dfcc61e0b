import { describe, expect, it } from "vitest";
import { sourceText } from "./source-text.js";

const words = (source: string): readonly string[] => sourceText(source).code.match(/[a-z]\w*/g) ?? [];

describe("telling code from text", () => {
  it("blanks comments, strings, templates and regular expressions, and keeps offsets", () => {
    const source = `a; // no\n/* no\n no */ b('no', "no\\"no"); c(\`no \${d(\`no\`)} no\`); e(/no"[/]no/); f / g / h;`;
    expect(words(source)).toEqual(["a", "b", "c", "d", "e", "f", "g", "h"]);
    expect(sourceText(source).code).toHaveLength(source.length);
    expect(sourceText(source).code.indexOf("g")).toBe(source.indexOf("g /"));
  });

  it("finds the way out of braces inside a template", () => {
    const source = `\`no \${[1].map((x) => { return { x }; })} no\`; after`;
    expect(words(source)).toEqual(["map", "x", "return", "x", "after"]);
  });

  it("keeps the contents of strings by the offset of their quote", () => {
    expect([...sourceText("import 'x'; y(\"z\")").strings]).toEqual([
      [7, "x"],
      [14, "z"],
    ]);
  });

  it("counts open brackets", () => {
    const { depth, source } = sourceText("a({ b: [c] }) d");
    expect(["a", "b", "c", "d"].map((word) => depth[source.indexOf(word)])).toEqual([0, 2, 3, 0]);
  });

  it("ends with the source when a string, comment or template does not", () => {
    for (const source of ["'no", "/* no", "`no", `\`\${no`, "a /"]) {
      expect(sourceText(source).code).toHaveLength(source.length);
    }
  });
});
