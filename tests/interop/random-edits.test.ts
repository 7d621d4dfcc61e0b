import { MemoryStorage, type OpenOptions, openStorage, type Storage } from "@hdfive/core";
import { FaultStormStorage } from "@hdfive/testing";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Description, describeFile } from "./describe.js";
import { decided, ExpectedFile, type Orders } from "./expected-file.js";
import { readImage, sound } from "./image.js";
import { perform } from "./operation-executors.js";
import type { Operation } from "./operations.js";
import { PythonSession } from "./python-session.js";
import { type Abilities, OPERATION_KINDS, type RawOperation, resolveAll, THEIR_KINDS } from "./random-operations.js";
import { ScratchFolder } from "./scratch-folder.js";
import { PYTHONS, reportMissingTools } from "./tools.js";

const OURS: Abilities = { kinds: OPERATION_KINDS };
const THEIRS: Abilities = { kinds: THEIR_KINDS };

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

const LIBVERS = ["earliest", "v108", "v110", "v112", "v114", "v200", "latest"] as const;
type Libver = (typeof LIBVERS)[number];

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

/** A file and what it is made with. */
const setting = fc.record({
  libver: fc.constantFrom(...LIBVERS),
  ordered: fc.boolean(),
  rounds: fc.array(fc.tuple(ourTurn, theirTurn), { minLength: 2, maxLength: 4 }),
});

/** How many files; more are worth their time after a change of how things are stored. */
const RUNS = Number(process.env.HDFIVE_RANDOM_EDITS ?? 25);
const TIME_LIMIT = RUNS > 25 ? 20_000 * RUNS : 15_000;

describe("random edits", () => {
  it.each(PYTHONS)(
    "in turn by us and by $label leave what they should, under every bound of versions",
    { timeout: TIME_LIMIT + 60_000 },
    async ({ label }) => {
      const session = sessions.get(label) as PythonSession;
      await fc.assert(
        fc.asyncProperty(setting, async ({ libver: wanted, ordered, rounds }) => {
          // HDF5 1.10 knows the bounds up to its own.
          const libver = label === "system h5py" && wanted !== "v108" && wanted !== "earliest" ? "v110" : wanted;
          const expected = new ExpectedFile(ordered);
          let image = await emptyFile(libver, ordered);
          for (const [ours, theirs] of rounds) {
            image = sound(await edit(image, resolveAll(ours.raw, expected, OURS), { ...ours, libver }));
            expect(decided(await description(image))).toEqual(expected.describe());
            const path = folder.put("turn.h5", image);
            const before = expected.describe();
            const orders = expected.orders();
            expect(await ordersOf(image, orders)).toEqual(orders);
            const operations = resolveAll(theirs, expected, THEIRS);
            const seen = await session.ask<Seen>("apply", {
              path,
              operations,
              libver,
              ordered: Object.keys(orders),
            });
            expect(decided(seen.before)).toEqual(before);
            expect(seen.orders).toEqual(orders);
            image = sound(folder.take("turn.h5"));
            const after = await description(image);
            expect(decided(after)).toEqual(expected.describe());
            expect(after).toEqual(seen.after);
            expect(await ordersOf(image, expected.orders())).toEqual(expected.orders());
          }
        }),
        { numRuns: RUNS, interruptAfterTimeLimit: TIME_LIMIT },
      );
    },
  );

  it("leave what they should however the storage answers", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(ourTurn, { minLength: 1, maxLength: 4 }),
        fc.nat(),
        fc.constantFrom(...LIBVERS),
        async (turns, seed, libver) => {
          const expected = new ExpectedFile();
          let calm = await emptyFile(libver);
          let stormy = calm;
          for (const turn of turns) {
            const operations = resolveAll(turn.raw, expected, OURS);
            calm = await edit(calm, operations, { ...turn, libver });
            stormy = sound(await edit(stormy, operations, { ...turn, libver, sync: false }, seed));
            expect(decided(await description(stormy, seed))).toEqual(expected.describe());
          }
          // Chunks may have been stored in another order, but nothing else differs: not even how much room they take.
          expect(await description(stormy)).toEqual(await description(calm));
        },
      ),
      { numRuns: 20, interruptAfterTimeLimit: 15_000 },
    );
  });
});

interface Seen {
  readonly before: Description;
  readonly orders: Orders;
  readonly after: Description;
}

interface How {
  readonly libver: Libver;
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
  let file = await openStorage(...target(storage, seed), options(how.libver, seed));
  for (const [index, operation] of operations.entries()) {
    await perform(file, operation, how.sync);
    if (index % how.reopenEvery === how.reopenEvery - 1) {
      await file.close();
      storage = new MemoryStorage(storage.image());
      file = await openStorage(...target(storage, seed), options(how.libver, seed));
    } else if (index % how.flushEvery === how.flushEvery - 1) {
      await file.flush();
    }
  }
  await file.close();
  return sound(storage.image());
}

async function description(image: Uint8Array<ArrayBuffer>, seed?: number): Promise<Description> {
  const file = await openStorage(target(new MemoryStorage(image), seed)[0], "r", options("earliest", seed));
  try {
    return await describeFile(file);
  } finally {
    await file.close();
  }
}

function target(storage: MemoryStorage, seed: number | undefined): [Storage, "r+"] {
  return [seed === undefined ? storage : new FaultStormStorage(storage, { seed }), "r+"];
}

function options(libver: Libver, seed: number | undefined): OpenOptions {
  return seed === undefined ? { libver } : { libver, metadataCacheBytes: 0 };
}

/** Names of links and attributes in the groups that keep their order. */
function ordersOf(image: Uint8Array<ArrayBuffer>, wanted: Orders): Promise<Orders> {
  return readImage(image, async (file) => {
    const found: Record<string, Orders[string]> = {};
    for (const path of Object.keys(wanted)) {
      const group = await file.getGroup(path);
      found[path] = { links: await group.keys(), attrs: await group.attrs.keys() };
    }
    return found;
  });
}

async function emptyFile(libver: Libver, trackOrder = false): Promise<Uint8Array<ArrayBuffer>> {
  const storage = new MemoryStorage();
  await (await openStorage(storage, "w", { libver, trackOrder })).close();
  return storage.image();
}
