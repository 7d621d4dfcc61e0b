import fc from "fast-check";
import { type ReferenceBody, referenceBody } from "../../src/reference/reference-body.js";
import { type ReferenceElement, type ReferenceHead, referenceElement } from "../../src/reference/reference-element.js";
import { storedRegion } from "../../src/reference/region-reference.js";
import { selectionRank } from "../../src/selection/dataspace-selection.js";
import { address, CONTEXTS, nameText, optionalAddress } from "./contexts.js";
import { entry, type RegistryEntry } from "./entry.js";
import { anySelection } from "./selections.js";

const HEADS: readonly ReferenceHead[] = (["object", "region", "attribute"] as const).flatMap((target) => [
  { target, isExternal: false },
  { target, isExternal: true },
]);

const region = fc
  .record({ stored: anySelection, spare: fc.integer({ min: 0, max: 32 }) })
  .map(({ stored, spare }) => ({ rank: selectionRank(stored.selection) ?? spare, stored }));

function bodyOf({ target, isExternal }: ReferenceHead, offsetSize: number): fc.Arbitrary<ReferenceBody> {
  const size = isExternal ? fc.integer({ min: 1, max: 8 }) : fc.constant(offsetSize);
  return fc.record({
    token: size.chain((bytes) => address(bytes).map((at) => ({ address: at, size: bytes }))),
    file: isExternal ? nameText : fc.constant(null),
    region: target === "region" ? region : fc.constant(null),
    attribute: target === "attribute" ? nameText : fc.constant(null),
  });
}

function elementOf(offsetSize: number): fc.Arbitrary<ReferenceElement> {
  return fc.oneof(
    fc.constant<ReferenceElement>({ storage: "null" }),
    address(offsetSize).map((at): ReferenceElement => {
      return { storage: "inline", head: { target: "object", isExternal: false }, address: at };
    }),
    fc.record({
      storage: fc.constant("heap" as const),
      head: fc.constantFrom(...HEADS.slice(1)),
      byteLength: fc.nat({ max: 0xffffffff }),
      id: fc.record({ collectionAddress: address(offsetSize), index: fc.nat({ max: 0xffffffff }) }),
    }),
  );
}

/** References of all kinds, as elements and in the global heap. */
export const referenceEntries: readonly RegistryEntry[] = CONTEXTS.flatMap(([sizes, context]) => [
  entry({
    name: `region-reference, ${sizes}`,
    codec: storedRegion,
    context,
    arbitrary: fc.record({ address: optionalAddress(context.offsetSize), stored: anySelection }),
  }),
  entry({
    name: `reference, ${sizes}`,
    codec: referenceElement,
    context,
    arbitrary: elementOf(context.offsetSize),
  }),
  ...HEADS.map((head) =>
    entry({
      name: `${head.target}-reference${head.isExternal ? " to another file" : ""}, ${sizes}`,
      codec: referenceBody(head),
      context,
      arbitrary: bodyOf(head, context.offsetSize),
    }),
  ),
]);
