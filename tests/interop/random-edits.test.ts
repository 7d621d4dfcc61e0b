import { MemoryStorage, type OpenOptions, openStorage, type Storage } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile } from "./describe.js";
import { decided, ExpectedFile } from "./expected-file.js";
import { sound } from "./image.js";
import { perform } from "./operation-executors.js";
import type { Operation } from "./operations.js";
import { PythonSession } from "./python-session.js";
import { type Abilities, OPERATION_KINDS, type RawOperation, resolveAll } from "./random-operations.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const OURS: Abilities = { kinds: OPERATION_KINDS, asciiLinks: false };
const THEIRS: Abilities = { kinds: OPERATION_KINDS, asciiLinks: true };

const rawOperation: fc.Arbitrary<RawOperation> = fc.record({
  kind: fc.constantFrom(...OPERATION_KINDS),
  seed: fc.nat(),
});

/** Some operations of ours, and how they are done: waiting or not, with how many flushes and reopenings in between. */
const ourTurn = fc.record({
  raw: fc.array(rawOperation, { minLength: 5, maxLength: 25 }),
  sync: fc.boolean(),
  flushEvery: fc.integer({ min: 2, max: 30 }),
  reopenEvery: fc.integer({ min: 4, max: 60 }),
});

const theirTurn = fc.array(rawOperation, { minLength: 3, maxLength: 12 });

const folder = new ScratchFolder();
const sessions = new Map<string, PythonSession>();

beforeAll(() => {
  reportMissingTools();
  for (const tool of PYTHONS) {
    sessions.set(tool.label, new PythonSession(tool));
  }
});

afterAll(() => {
  for (const session of sessions.values()) {
    session.close();
  }
  folder.remove();
});

describe("random edits", () => {
  it.each(PYTHONS)("in turn by us and by $label leave what they should", async ({ label }) => {
    const session = sessions.get(label) as PythonSession;
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(ourTurn, theirTurn), { minLength: 2, maxLength: 4 }), async (rounds) => {
        const expected = new ExpectedFile();
        let image = await emptyFile();
        for (const [ours, theirs] of rounds) {
          image = await edit(image, resolveAll(ours.raw, expected, OURS), ours);
          expect(decided(await description(image))).toEqual(expected.describe());
          const path = folder.put("turn.h5", image);
          const before = expected.describe();
          const operations = resolveAll(theirs, expected, THEIRS);
          const seen = await session.ask<{ before: Description; after: Description }>("apply", { path, operations });
          expect(decided(seen.before)).toEqual(before);
          image = folder.take("turn.h5");
          const after = await description(image);
          expect(decided(after)).toEqual(expected.describe());
          expect(after).toEqual(seen.after);
        }
      }),
      { numRuns: 25, interruptAfterTimeLimit: 15_000 },
    );
  });

  it("leave what they should however the storage answers", async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(ourTurn, { minLength: 1, maxLength: 4 }), fc.nat(), async (turns, seed) => {
        const expected = new ExpectedFile();
        let calm = await emptyFile();
        let stormy = calm;
        for (const turn of turns) {
          const operations = resolveAll(turn.raw, expected, OURS);
          calm = await edit(calm, operations, turn);
          stormy = await edit(stormy, operations, { ...turn, sync: false }, seed);
          expect(decided(await description(stormy, seed))).toEqual(expected.describe());
        }
        // Chunks may have been stored in another order, but nothing else differs: not even how much room they take.
        expect(await description(stormy)).toEqual(await description(calm));
      }),
      { numRuns: 20, interruptAfterTimeLimit: 15_000 },
    );
  });
});

interface How {
  readonly sync: boolean;
  readonly flushEvery: number;
  readonly reopenEvery: number;
}

/** The file after our operations; with a seed over a storage that keeps one waiting and a cache that keeps nothing. */
async function edit(
  image: Uint8Array<ArrayBuffer>,
  operations: readonly Operation[],
  how: How,
  seed?: number,
): Promise<Uint8Array<ArrayBuffer>> {
  let storage = new MemoryStorage(image.slice());
  let file = await openStorage(...target(storage, seed), options(seed));
  for (const [index, operation] of operations.entries()) {
    await perform(file, operation, how.sync);
    if (index % how.reopenEvery === how.reopenEvery - 1) {
      await file.close();
      storage = new MemoryStorage(storage.image());
      file = await openStorage(...target(storage, seed), options(seed));
    } else if (index % how.flushEvery === how.flushEvery - 1) {
      await file.flush();
    }
  }
  await file.close();
  return sound(storage.image());
}

async function description(image: Uint8Array<ArrayBuffer>, seed?: number): Promise<Description> {
  const file = await openStorage(target(new MemoryStorage(image), seed)[0], "r", options(seed));
  try {
    return await describeFile(file);
  } finally {
    await file.close();
  }
}

function target(storage: MemoryStorage, seed: number | undefined): [Storage, "r+"] {
  return [seed === undefined ? storage : new FaultStormStorage(storage, { seed }), "r+"];
}

function options(seed: number | undefined): OpenOptions {
  return seed === undefined ? {} : { metadataCacheBytes: 0 };
}

async function emptyFile(): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  await (await openStorage(storage, "w")).close();
  return storage.image();
}
