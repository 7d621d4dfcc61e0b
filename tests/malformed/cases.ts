import type { Damage } from "./damage.js";

/** One file with one damage. */
export interface Case {
  /** Path of the undamaged file. */
  readonly file: string;
  readonly damage: Damage;
  /** Path of another file, from which damages may take bytes. */
  readonly donor?: string;
  /** Whether what is left is edited too, and not only read. */
  readonly edits?: boolean;
}

/** Cases for one process. Each has its number, so that a watchdog can say where the process stands. */
export interface Batch {
  readonly cases: readonly Case[];
  /** Bounds for the reader; those of an open file when there are none. */
  readonly limits: "small" | { readonly readBytes: number };
  /** Whether the process says what every damaged file looks like before it reads it. */
  readonly describes?: boolean;
}

/** What a process is told to do. */
export interface Job {
  readonly batch: Batch;
  /** The first case to try: those before it are done. */
  readonly from: number;
  /** Milliseconds of processor time for one case. */
  readonly cpuMilliseconds: number;
  /** Bytes that the process may grow by, over all cases. */
  readonly memoryBytes: number;
}

/** What a process says: where it is, what failed, and at the end which errors it met. */
export type Report =
  | { readonly kind: "at"; readonly index: number }
  /** The damaged file, deflated and in base 64. */
  | { readonly kind: "image"; readonly index: number; readonly deflated: string }
  | { readonly kind: "failed"; readonly index: number; readonly problem: string }
  | { readonly kind: "done"; readonly tally: readonly (readonly [string, number])[]; readonly slowest: number };

/** Truncations of a file, `every` bytes apart: plain ones, and some that the superblock admits to. */
export function truncations(file: string, byteLength: number, every: number): Case[] {
  const cases: Case[] = [];
  for (let length = 0; length < byteLength; length += every) {
    cases.push({ file, damage: { kind: "truncate", length, honest: false } });
  }
  // The interesting ones parse: these cost more, and a few hundred places in a file say as much as all.
  for (let length = 96; length < byteLength; length += Math.max(every, Math.ceil(byteLength / 400))) {
    cases.push({ file, damage: { kind: "truncate", length, honest: true } });
  }
  return cases;
}

/** `count` mutants from consecutive seeds. */
export function mutations(file: string, firstSeed: number, count: number, edits = false): Case[] {
  return Array.from(
    { length: count },
    (_, i): Case => ({ file, damage: { kind: "mutate", seed: firstSeed + i }, edits }),
  );
}

/** `count` files with structural damages from consecutive seeds. */
export function structural(file: string, donor: string, firstSeed: number, count: number, edits = false): Case[] {
  return Array.from(
    { length: count },
    (_, i): Case => ({ file, donor, damage: { kind: "structural", seed: firstSeed + i }, edits }),
  );
}
