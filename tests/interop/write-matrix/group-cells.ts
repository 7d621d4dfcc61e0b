import type { Group } from "@hdfive/core";
import type { Cell } from "./cell.js";

const COUNTS = { none: 0, few: 3, "as many as a header takes": 8, "one more": 9, many: 120 } as const;

/** Groups with few and many links, and objects with few, many and large attributes, with and without their order. */
export function groupCells(): Cell[] {
  return [false, true].flatMap((trackOrder) => {
    const ordered = trackOrder ? " in order" : "";
    return [
      ...Object.entries(COUNTS).map(([label, count]) => linksCell(`${label} links${ordered}`, count, trackOrder)),
      ...Object.entries(COUNTS).map(([label, count]) =>
        attributesCell(`${label} attributes${ordered}`, count, trackOrder, (index) => index * 1.5),
      ),
      attributesCell(`large attributes${ordered}`, 3, trackOrder, (index) => new Float64Array(600).fill(index)),
      attributesCell(`texts${ordered}`, 12, trackOrder, (index) => "ö".repeat(index * 20)),
      {
        ...attributesCell(`huge attributes${ordered}`, 2, trackOrder, (index) => new Float64Array(9000).fill(index)),
        // Headers of version 1 have no dense attributes, so nothing there can be longer than a message.
        bounds: (bound) => bound !== "earliest" || trackOrder,
      },
    ];
  });
}

/** Names whose order by bytes is not the order in which they are made. */
function nameAt(index: number): string {
  return `${"zyxwvut"[index % 7]}${index}${index % 10 === 3 ? " ünïcode" : ""}`;
}

function names(count: number): string[] {
  return Array.from({ length: count }, (_, index) => nameAt(index));
}

function inOrder(list: readonly string[], trackOrder: boolean): string[] {
  return trackOrder ? [...list] : [...list].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

function linksCell(name: string, count: number, trackOrder: boolean): Cell {
  return {
    name,
    facts: { linkOrder: inOrder(names(count), trackOrder) },
    async write(group, path, sync) {
      const made = await makeGroup(group, path, trackOrder, sync);
      for (const [index, link] of names(count).entries()) {
        if (index % 5 === 2) {
          await made.createSoftLink(link, `nowhere/${index}`);
        } else if (index % 5 === 4 && sync) {
          made.createHardLinkSync(link, made.getSync(nameAt(0)));
        } else {
          await made.createDataset(link, { data: index });
        }
      }
    },
  };
}

function attributesCell(name: string, count: number, trackOrder: boolean, value: (index: number) => unknown): Cell {
  return {
    name,
    // Names by their bytes unless the object keeps an order, as h5py lists them.
    facts: { attributeOrder: inOrder(names(count), trackOrder) },
    async write(group, path, sync) {
      const { attrs } = await makeGroup(group, path, trackOrder, sync);
      for (const [index, attribute] of names(count).entries()) {
        if (sync) {
          attrs.setSync(attribute, value(index));
        } else {
          await attrs.set(attribute, value(index));
        }
      }
    },
  };
}

async function makeGroup(group: Group, path: string, trackOrder: boolean, sync: boolean): Promise<Group> {
  return sync ? group.createGroupSync(path, { trackOrder }) : group.createGroup(path, { trackOrder });
}
