/** The most bytes of memory that were taken at once while something ran, as far as typed arrays are concerned. */
export function peakAllocation(run: () => void): number {
  const { ArrayBuffer: _, ...natives } = { ArrayBuffer, Uint8Array, Float64Array };
  let largest = 0;
  const watched = <T extends typeof Uint8Array | typeof Float64Array>(native: T): T =>
    new Proxy(native, {
      construct(target, given, newTarget) {
        if (typeof given[0] === "number") {
          largest = Math.max(largest, given[0] * target.BYTES_PER_ELEMENT);
        }
        return Reflect.construct(target, given, newTarget);
      },
    });
  globalThis.Uint8Array = watched(Uint8Array);
  globalThis.Float64Array = watched(Float64Array);
  try {
    run();
  } finally {
    Object.assign(globalThis, natives);
  }
  return largest;
}
