import { describe, expect, it } from "vitest";
import { engineViolations } from "./checks/engine-rules.js";
import { fixture, packageSources } from "./workspace.js";

const problems = (source: string, file = "links.ts"): readonly string[] =>
  engineViolations(fixture({ [`packages/core/src/engine/${file}`]: source }));

describe("the engine can run an operation again", () => {
  it("has no catch, no module state, no clock and no randomness", () => {
    expect(engineViolations(packageSources())).toEqual([]);
  });
});

describe("the check of the engine", () => {
  it("sees a catch, of a statement and of a promise, except in drive.ts", () => {
    expect(problems("function f() { try { g(); } catch { h(); } }")).toHaveLength(1);
    expect(problems("export const f = () => g().catch(h);")).toHaveLength(1);
    expect(problems("function f() { try { g(); } catch { h(); } }", "transaction/drive.ts")).toEqual([]);
    expect(problems("function f() { try { g(); } finally { h(); } }")).toEqual([]);
  });

  it("sees state at module level and leaves locals alone", () => {
    expect(problems("let count = 0;")).toHaveLength(1);
    expect(problems("export var count = 0;")).toHaveLength(1);
    expect(problems("const cache = new Map<number, string>();")).toHaveLength(1);
    expect(problems("const seen = new Set([1]);")).toHaveLength(1);
    expect(problems("const pending: string[] = [];")).toHaveLength(1);
    expect(problems("class A { static last = 0; }")).toHaveLength(1);
    expect(problems("function f() { let n = 0; const m = new Map(); const a: number[] = []; }")).toEqual([]);
    expect(problems("class A { static readonly limit = 3; static of(): A { return new A(); } }")).toEqual([]);
    expect(problems("const TABLE: readonly number[] = [1, 2];")).toEqual([]);
  });

  it("sees clocks and randomness, and not words in comments, strings or other names", () => {
    expect(problems("function f() { return Date.now(); }")).toHaveLength(1);
    expect(problems("function f() { return performance.now(); }")).toHaveLength(1);
    expect(problems("function f() { return Math.random(); }")).toHaveLength(1);
    expect(problems("function f() { setTimeout(g, 1); }")).toHaveLength(1);
    expect(problems('/** let Date catch */\nconst text = "catch Date.now()"; // new Map()')).toEqual([]);
    expect(problems("function f(updateDate: number) { return node.performance + updateDate; }")).toEqual([]);
  });

  it("keeps to the engine", () => {
    expect(engineViolations(fixture({ "packages/core/src/pipeline/a.ts": "let n = Date.now();" }))).toEqual([]);
  });
});
