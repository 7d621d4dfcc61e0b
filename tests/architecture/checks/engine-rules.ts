import { lineOf } from "../source-text.js";
import type { Sources, Violation } from "../workspace.js";

const ENGINE = "packages/core/src/engine/";

/** The only files that may catch: they run operations again when a block was not resident. */
export const CATCHING_FILES: readonly string[] = [`${ENGINE}transaction/drive.ts`];

interface Rule {
  readonly pattern: RegExp;
  readonly problem: string;
  readonly topLevelOnly: boolean;
  readonly except: readonly string[];
}

const RULES: readonly Rule[] = [
  {
    // Catching swallows the Fault that asks for a block, and the operation would go on without it.
    pattern: /\bcatch\b/g,
    problem: "only drive.ts may catch",
    topLevelOnly: false,
    except: CATCHING_FILES,
  },
  {
    // An operation may run again at any time; what the first run left in a module would be seen by the second.
    pattern: /\b(?:let|var)\s/g,
    problem: "module state: an operation that runs again must find nothing of its first run",
    topLevelOnly: true,
    except: [],
  },
  {
    pattern: /\bnew\s+(?:Map|Set|WeakMap|WeakSet)\b/g,
    problem: "a mutable container at module level is module state",
    topLevelOnly: true,
    except: [],
  },
  {
    pattern: /=\s*(?:\[\s*\]|\{\s*\})\s*(?:as\b[^;]*)?;/g,
    problem: "an empty literal at module level is there to be filled: module state",
    topLevelOnly: true,
    except: [],
  },
  {
    pattern: /\bstatic\s+(?!readonly\b|async\b|get\b|set\b|\{)(?:override\s+)?#?[\w$]+\s*[:=;]/g,
    problem: "a static field that changes is module state",
    topLevelOnly: false,
    except: [],
  },
  {
    pattern: /(?<![.\w$])(?:Date|performance|setTimeout|setInterval|setImmediate|queueMicrotask)\b(?!\s*[:?])/g,
    problem: "the engine has no clock; take the time as an argument",
    topLevelOnly: false,
    except: [],
  },
  {
    pattern: /\bMath\s*\.\s*random\b|(?<![.\w$])crypto\b/g,
    problem: "an operation that runs again must give the same result: no randomness",
    topLevelOnly: false,
    except: [],
  },
];

/** What the engine must not have: `catch`, module state, a clock, randomness. */
export function engineViolations(sources: Sources): readonly Violation[] {
  const violations: Violation[] = [];
  for (const [path, text] of sources) {
    if (!path.startsWith(ENGINE)) {
      continue;
    }
    for (const { pattern, problem, topLevelOnly, except } of RULES) {
      if (except.includes(path)) {
        continue;
      }
      for (const match of text.code.matchAll(pattern)) {
        if (!topLevelOnly || text.depth[match.index] === 0) {
          violations.push(`${path}:${lineOf(text, match.index)}: \`${match[0].trim()}\`: ${problem}`);
        }
      }
    }
  }
  return violations;
}
