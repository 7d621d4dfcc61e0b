/** A name of a source: plain text, with the number of a block wherever it stands between two parts. */
export interface NamePattern {
  /** The text before, between and after the numbers. */
  readonly parts: readonly string[];
}

/** Reads a name as libhdf5 does: `%b` is the number of a block, `%%` a percent sign, and any other `%` itself. */
export function namePattern(stored: string): NamePattern {
  const parts = [""];
  for (const [token] of stored.matchAll(/%b|%%|[^%]+|%/gu)) {
    if (token === "%b") {
      parts.push("");
    } else {
      parts[parts.length - 1] += token === "%%" ? "%" : token;
    }
  }
  return { parts };
}

/** Whether a name has the number of a block in it. */
export function isNumbered({ parts }: NamePattern): boolean {
  return parts.length > 1;
}

/** The name for a block. */
export function nameOf({ parts }: NamePattern, block: number): string {
  return parts.join(String(block));
}
