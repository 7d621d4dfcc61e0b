import { open } from "hdfive";

/**
 * What a file holds, as plain data that can be compared: each dataset's shape and values in row-major order, each
 * object's attributes. Infinite numbers are the words "inf" and "-inf", not-a-number is "nan".
 */
export async function contentOf(path) {
  const file = await open(path);
  const content = { datasets: {}, attributes: {} };
  content.attributes["/"] = await attributesOf(file);
  for await (const [name, object] of file.walk()) {
    content.attributes[`/${name}`] = await attributesOf(object);
    if (object.kind === "dataset") {
      content.datasets[`/${name}`] = comparable(await object.read());
    }
  }
  await file.close();
  return content;
}

async function attributesOf(object) {
  const attributes = {};
  for (const name of await object.attrs.keys()) {
    attributes[name] = comparable(await object.attrs.getArray(name));
  }
  return attributes;
}

function comparable(array) {
  return { shape: [...array.shape], values: Array.from(array.data, plain) };
}

/** A value as both sides of a comparison spell it. */
export function plain(value) {
  if (typeof value === "bigint") return Number(value);
  if (typeof value !== "number" || Number.isFinite(value)) return value;
  return Number.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf";
}

/** Where two arrays differ, in words; `null` when they agree. */
export function difference(mine, theirs) {
  if (theirs === undefined) return "it is not there";
  if (theirs.shape !== undefined && mine.shape.join() !== theirs.shape.join()) {
    return `shape (${theirs.shape.join(", ")}) instead of (${mine.shape.join(", ")})`;
  }
  if (mine.values.length !== theirs.values.length) {
    return `${theirs.values.length} values instead of ${mine.values.length}`;
  }
  const at = mine.values.findIndex((value, i) => value !== theirs.values[i]);
  return at < 0 ? null : `value ${at} is ${theirs.values[at]} instead of ${mine.values[at]}`;
}
