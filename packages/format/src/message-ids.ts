/** Message type numbers of an object header. File Format Specification, section IV.A.2. */
export const MESSAGE_IDS = {
  nil: 0,
  dataspace: 1,
  linkInfo: 2,
  datatype: 3,
  fillValueOld: 4,
  fillValue: 5,
  link: 6,
  externalFiles: 7,
  layout: 8,
  bogus: 9,
  groupInfo: 10,
  filterPipeline: 11,
  attribute: 12,
  comment: 13,
  modificationTimeOld: 14,
  sharedMessageTable: 15,
  continuation: 16,
  symbolTable: 17,
  modificationTime: 18,
  btreeK: 19,
  driverInfo: 20,
  attributeInfo: 21,
  referenceCount: 22,
  fileSpaceInfo: 23,
  cacheImage: 24,
} as const;

/** Name of a message type, a key of `MESSAGE_IDS`. */
export type MessageName = keyof typeof MESSAGE_IDS;

const WORDS: ReadonlyMap<number, string> = new Map(
  Object.entries(MESSAGE_IDS).map(([name, id]) => [id, name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`)]),
);

/**
 * A message type in words for people, "fill value", and "unknown" for a number without a meaning.
 * File Format Specification, section IV.A.2.
 *
 * The bogus message is unknown too: it exists to test what programs do with those, and its flags are to be obeyed.
 */
export function messageName(type: number): string {
  return type === MESSAGE_IDS.bogus ? "unknown" : (WORDS.get(type) ?? "unknown");
}
