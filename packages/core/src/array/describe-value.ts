/** What a value is, for an error's text. */
export function describe(value: unknown): string {
  if (value === null || value === undefined) {
    return String(value);
  }
  const name: unknown = typeof value === "object" ? value.constructor?.name : typeof value;
  return typeof value === "object"
    ? `an object of type ${String(name ?? "Object")}`
    : `a value of type ${String(name)}`;
}
