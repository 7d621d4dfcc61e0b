import type { Change } from "./changes.js";

const GAP = 8;

/** What turns one image into another, as bytes put over others; stretches that differ are joined over short gaps. */
export function differences(from: Uint8Array, to: Uint8Array): Change[] {
  const changes: Change[] = from.length === to.length ? [] : [{ kind: "resize", length: to.length }];
  const differs = (at: number): boolean => (from[at] ?? 0) !== to[at];
  for (let at = 0; at < to.length; at++) {
    if (differs(at)) {
      let end = at + 1;
      for (let next = end; next < Math.min(end + GAP, to.length); next++) {
        end = differs(next) ? next + 1 : end;
      }
      changes.push({ kind: "put", at, hex: Buffer.from(to.subarray(at, end)).toString("hex") });
      at = end;
    }
  }
  return changes;
}
