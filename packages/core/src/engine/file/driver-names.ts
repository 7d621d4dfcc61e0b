import { HdfiveError } from "@hdfive/format";

/** Gives the name of a member by its number. */
export type MemberNames = (index: number) => string;

const NUMBER = /%(0?)(\d*)[diu]/g;
const MAX_WIDTH = 32;

/** The last component of a path or URL. */
export function lastComponent(path: string): string {
  return path.slice(Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\")) + 1);
}

/** Names by a pattern of `printf` with one number in it: `run%05d.h5`. */
export function namesOfPattern(pattern: string): MemberNames {
  const numbers = [...pattern.matchAll(NUMBER)];
  const [whole = "", zero, width] = numbers[0] ?? [];
  if (numbers.length !== 1 || Number(width) > MAX_WIDTH) {
    throw new HdfiveError(
      "INVALID_ARGUMENT",
      `The names of a family have one number in them, as in 'name%05d.h5', not '${pattern}'`,
    );
  }
  const fill = zero === "0" ? "0" : " ";
  return (index) => pattern.replace(whole, () => String(index).padStart(Number(width), fill));
}

/** Names after that of the first member: the last number in it that is zero counts. `null` when there is none. */
export function namesAfter(first: string): MemberNames | null {
  const zeros = [...first.matchAll(/\d+/g)].filter(([digits]) => /^0+$/.test(digits)).at(-1);
  if (zeros === undefined) {
    return null;
  }
  const { index: at, 0: digits } = zeros;
  return (index) => first.slice(0, at) + String(index).padStart(digits.length, "0") + first.slice(at + digits.length);
}

/** What stands for `%s` in a template that gives a name; `null` when the template gives other names. */
export function baseOf(name: string, template: string): string | null {
  const [before = "", after] = template.split("%s");
  if (after === undefined || name.length <= before.length + after.length) {
    return null;
  }
  return name.startsWith(before) && name.endsWith(after) ? name.slice(before.length, name.length - after.length) : null;
}
