import { importsOf, packageOf, resolveRelative } from "../imports.js";
import { packageFolder, type Sources, type Violation } from "../workspace.js";

/** What the sources of a package may import, and where they may import Node. */
export interface PackageRule {
  /** Packages it may import. */
  readonly imports: readonly string[];
  /** Prefixes of the paths in which `node:` modules may be imported. */
  readonly node: readonly string[];
}

/** What a package.json says that concerns the direction of dependencies. */
export interface Manifest {
  readonly name: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
}

/**
 * Which way packages depend on each other: `format <- core <- node-fs <- hdfive`, with `filters` and `vds` beside node-fs. A new package
 * gets its line here.
 */
export const PACKAGE_RULES: Readonly<Record<string, PackageRule>> = {
  format: { imports: [], node: [] },
  core: { imports: ["@hdfive/format", "fflate"], node: [] },
  "node-fs": { imports: ["@hdfive/core"], node: ["packages/node-fs/src/"] },
  filters: { imports: ["@hdfive/core", "@hdfive/format"], node: [] },
  vds: { imports: ["@hdfive/core", "@hdfive/format"], node: [] },
  hdfive: {
    imports: ["@hdfive/core", "@hdfive/filters", "@hdfive/node-fs", "@hdfive/vds"],
    node: ["packages/hdfive/src/index.ts", "packages/hdfive/src/node"],
  },
  testing: {
    imports: ["@hdfive/core", "@hdfive/filters", "@hdfive/format", "@hdfive/node-fs", "@hdfive/vds", "fast-check"],
    node: ["packages/testing/src/node/"],
  },
};

/** Imports that no rule allows: another package, a Node module, or a file of another package by its path. */
export function forbiddenImports(sources: Sources, rules = PACKAGE_RULES): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of sources) {
    const folder = packageFolder(path);
    const rule = rules[folder];
    if (rule === undefined) {
      violations.push(`${path}:1: package ${folder} has no rule in PACKAGE_RULES`);
      continue;
    }
    for (const { specifier, line } of importsOf(text)) {
      if (specifier.startsWith(".")) {
        if (!resolveRelative(path, specifier).startsWith(`packages/${folder}/src/`)) {
          violations.push(`${path}:${line}: "${specifier}" leaves the sources of its package`);
        }
      } else if (specifier.startsWith("node:")) {
        if (!rule.node.some((prefix) => path.startsWith(prefix))) {
          violations.push(`${path}:${line}: "${specifier}" ties this file to Node`);
        }
      } else if (!rule.imports.includes(packageOf(specifier))) {
        violations.push(`${path}:${line}: ${folder} must not import "${specifier}"`);
      }
    }
  }
  return violations;
}

/** Dependencies that are imported and not declared, or declared and not imported. */
export function undeclaredDependencies(
  sources: Sources,
  manifests: Readonly<Record<string, Manifest>>,
): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [folder, manifest] of Object.entries(manifests)) {
    const imported = new Set<string>();
    for (const [path, text] of sources) {
      if (packageFolder(path) === folder) {
        for (const { specifier } of importsOf(text)) {
          if (!specifier.startsWith(".") && !specifier.startsWith("node:")) {
            imported.add(packageOf(specifier));
          }
        }
      }
    }
    const declared = new Set(
      [manifest.dependencies, manifest.peerDependencies, manifest.optionalDependencies].flatMap((group) =>
        Object.keys(group ?? {}),
      ),
    );
    for (const name of imported) {
      if (!declared.has(name)) {
        violations.push(`packages/${folder}/package.json:1: "${name}" is imported and not declared`);
      }
    }
    for (const name of declared) {
      if (!imported.has(name)) {
        violations.push(`packages/${folder}/package.json:1: "${name}" is declared and not imported`);
      }
    }
  }
  return violations;
}
