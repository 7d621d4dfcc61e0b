import type { Violation } from "../workspace.js";

/** The part of a tsconfig that says which platform's types there are. */
export interface Tsconfig {
  readonly compilerOptions?: { readonly lib?: readonly string[]; readonly types?: readonly string[] };
}

/**
 * Types of a platform that a package compiles against, base configuration included.
 * Without them a use of `Buffer` or `document` in format or core is an error of the compiler.
 */
export function platformTypes(path: string, own: Tsconfig, base: Tsconfig): readonly Violation[] {
  const types = own.compilerOptions?.types ?? base.compilerOptions?.types;
  const lib = own.compilerOptions?.lib ?? base.compilerOptions?.lib;
  const violations: Violation[] = [];
  if (types === undefined || types.length > 0) {
    violations.push(`${path}:1: "types" must be [], it is ${JSON.stringify(types)}`);
  }
  if (lib === undefined || lib.some((name) => /dom|webworker|scripthost/i.test(name))) {
    violations.push(`${path}:1: "lib" must name no platform, it is ${JSON.stringify(lib)}`);
  }
  return violations;
}
