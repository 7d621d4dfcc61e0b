import type { Dataset, Datatype, Group, NamedDatatype } from "@hdfive/core";
import { compareValues, type ElementBlocks, type ValuesContext } from "./compare-values.js";
import { withoutText } from "./dataset-blocks.js";
import { describedDatatype } from "./described-datatype.js";
import { type ExpectedAttribute, type ExpectedObject, expectedInteger } from "./expected.js";

/** Compares the attributes of an object: their names and order, datatypes, shapes and values. */
export async function compareAttributes(
  context: ValuesContext,
  path: string,
  object: Group | Dataset | NamedDatatype,
  expected: ExpectedObject,
): Promise<void> {
  const { findings } = context;
  const names = await findings.attempt(path, "attributes", () => object.attrs.keys());
  if (names === undefined) {
    return;
  }
  if (names.length > 0 && !context.countsAttributes && Object.keys(expected.attrs).length === 0) {
    // The C library lists these attributes and opens them, but counts none: the expected values went by the count.
    return;
  }
  findings.equal(path, "attributes", Object.keys(expected.attrs).sort(), [...names].sort());
  await findings.attempt(path, "order of attributes", async () => {
    const { attributeOrderTracked } = await object.info();
    const order = attributeOrderTracked ? await creationOrder(object, names) : undefined;
    findings.equal(path, "order of attributes", expected.attr_order, order);
  });
  for (const name of names) {
    const twin = expected.attrs[name];
    if (twin !== undefined) {
      await compareAttribute(context, path, object, name, twin);
    }
  }
}

/** Names in the order of their creation; among those that claim the same moment, sorted, as the expected values are. */
async function creationOrder(
  { attrs }: Group | Dataset | NamedDatatype,
  names: readonly string[],
): Promise<readonly string[]> {
  const moments = await Promise.all(names.map(async (name) => (await attrs.info(name)).creationOrder ?? 0));
  const listed = names.map((name, i) => ({ name, moment: moments[i] as number }));
  if (listed.some(({ moment }, i) => i > 0 && moment < (moments[i - 1] as number))) {
    // Not in order of creation as they are listed: that is what is compared then.
    return names;
  }
  return listed.sort((a, b) => a.moment - b.moment || (a.name < b.name ? -1 : 1)).map(({ name }) => name);
}

async function compareAttribute(
  context: ValuesContext,
  path: string,
  { attrs }: Group | Dataset | NamedDatatype,
  name: string,
  expected: ExpectedAttribute,
): Promise<void> {
  const { findings, pathOf } = context;
  const fact = `attribute ${name}`;
  const info = await findings.attempt(path, fact, () => attrs.info(name));
  if (info === undefined) {
    return;
  }
  const committed = info.committedAddress === null ? {} : { committed: pathOf(info.committedAddress) };
  findings.equal(path, `${fact}: dtype`, expected.dtype, { ...describedDatatype(info.datatype), ...committed });
  findings.equal(path, `${fact}: shape`, expected.shape, info.shape?.map(expectedInteger) ?? null);
  const count = info.shape === null ? 0 : info.shape.reduce((product, extent) => product * extent, 1);
  const valuesAs = (as?: Datatype): ElementBlocks =>
    async function* () {
      const values = await attrs.getArray(name, { as });
      if (values !== null) {
        yield { data: values.data, count };
      }
    };
  const raw = withoutText(info.datatype);
  const rawBlocks = raw === null ? undefined : valuesAs(raw);
  await compareValues(context, { path, fact }, expected, info.datatype, valuesAs(), rawBlocks);
}
