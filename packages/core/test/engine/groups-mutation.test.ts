import { HdfiveError } from "@hdfive/format";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { GroupLink } from "../../src/engine/groups/group-link.js";
import { insertLink, listLinks, removeLink, requireGroup } from "../../src/engine/groups/links.js";
import { unlinkObject } from "../../src/engine/groups/object-links.js";
import { ensureGroups, resolvePath } from "../../src/engine/groups/path.js";
import type { Tx } from "../../src/engine/transaction/tx.js";
import { newFile, openFile } from "./engine-file.js";

const rootOf = (tx: Tx): number => tx.state.superblock.rootAddress as number;

it("any damage to a file of groups ends in an error of ours or in a result, for readers and for writers", async () => {
  const file = await newFile(false);
  for (const name of ["a", "b", "b/c"]) {
    file.do((tx) => ensureGroups(tx, rootOf(tx), name.split("/")));
  }
  for (let i = 0; i < 300; i++) {
    file.do((tx) => {
      const group = requireGroup(tx, resolvePath(tx, rootOf(tx), i % 3 === 0 ? "a" : "b").address);
      insertLink(tx, group, { name: `link${i}`, kind: "soft", target: `../b/link${i + 1}` });
    });
  }
  for (let i = 0; i < 100; i += 3) {
    file.do((tx) => removeLink(tx, requireGroup(tx, resolvePath(tx, rootOf(tx), "a").address), `link${i}`));
  }
  const image = await file.image();
  const used = Array.from(image.keys()).filter((at) => image[at] !== 0);
  const damage = fc.array(
    fc.record({
      at: fc.oneof(fc.constantFrom(...used), fc.nat(image.length - 1)),
      byte: fc.oneof(fc.constantFrom(0, 1, 2, 0x80, 0xff), fc.nat(255)),
    }),
    { minLength: 1, maxLength: 4 },
  );
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(damage, fc.integer({ min: 1, max: 500 }), async (list, limit) => {
      const broken = image.slice();
      for (const { at, byte } of list) {
        broken[at] = byte;
      }
      const attempt = async (run: (tx: Tx) => unknown): Promise<void> => {
        try {
          const again = await openFile(broken);
          again.do(run);
          await again.image();
        } catch (error) {
          if (!(error instanceof HdfiveError)) {
            throw error;
          }
          refused++;
        }
      };
      const group = (tx: Tx, path: string): ReturnType<typeof requireGroup> =>
        requireGroup(tx, resolvePath(tx, rootOf(tx), path).address);
      await attempt((tx) => {
        for (const path of ["/", "a", "b"]) {
          const links: readonly GroupLink[] = listLinks(tx, group(tx, path), null, limit).links;
          expect(links.length).toBeLessThanOrEqual(limit);
        }
      });
      await attempt((tx) => resolvePath(tx, rootOf(tx), "b/link1"));
      await attempt((tx) =>
        insertLink(tx, group(tx, "b"), { name: `link${limit}x`, kind: "soft", target: "x".repeat(limit) }),
      );
      await attempt((tx) => removeLink(tx, group(tx, "b"), `link${limit % 300}`));
      await attempt((tx) => {
        const { link } = resolvePath(tx, rootOf(tx), "b", { followLast: false });
        if (link?.kind === "hard") {
          removeLink(tx, group(tx, "/"), "b");
          unlinkObject(tx, link.address);
        }
      });
    }),
    { numRuns: 1500 },
  );
  expect(refused).toBeGreaterThan(100);
});
