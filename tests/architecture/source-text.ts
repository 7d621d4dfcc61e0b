/** A comment of a source file. */
export interface Comment {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** A source file with everything that is not code blanked out, at the same offsets. */
export interface SourceText {
  readonly source: string;
  /** The source with the insides of comments, strings, templates and regular expressions as spaces. */
  readonly code: string;
  /** Contents of the string literals by the offset of their opening quote. */
  readonly strings: ReadonlyMap<number, string>;
  readonly comments: readonly Comment[];
  /** How many brackets are open before each offset. */
  readonly depth: Uint16Array;
}

const BEFORE_REGEX =
  /(?:^|[([{};,=:!&|?+\-*%~^<>]|\b(?:return|typeof|case|in|of|delete|void|throw|new|else|do|await|yield))\s*$/;

/**
 * Tells code from text in TypeScript. TypeScript 7 has no API for this, and the checks need no more than it: where a
 * word is code, at which depth it stands, and which comment is above it.
 */
export function sourceText(source: string): SourceText {
  const out = source.split("");
  const strings = new Map<number, string>();
  const comments: Comment[] = [];
  const templates: number[] = []; // open braces inside each template's ${…} that is being read
  let at = 0;

  const blank = (start: number, end: number): void => {
    for (let i = start; i < end; i++) {
      if (out[i] !== "\n") {
        out[i] = " ";
      }
    }
  };
  const template = (start: number): void => {
    at = start;
    while (at < source.length && source[at] !== "`" && !source.startsWith("${", at)) {
      at += source[at] === "\\" ? 2 : 1;
    }
    blank(start, Math.min(at, source.length));
    if (source[at] === "$") {
      out[at] = " ";
      at += 2;
      templates.push(0);
    } else {
      at++;
    }
  };
  const quoted = (quote: string): void => {
    const start = at++;
    while (at < source.length && source[at] !== quote && source[at] !== "\n") {
      at += source[at] === "\\" ? 2 : 1;
    }
    strings.set(start, source.slice(start + 1, at));
    blank(start + 1, at);
    at++;
  };
  const comment = (end: number): void => {
    const start = at;
    at = end < 0 ? source.length : end;
    comments.push({ start, end: at, text: source.slice(start, at) });
    blank(start, at);
  };
  const regex = (): void => {
    const start = at++;
    let inClass = false;
    while (at < source.length && source[at] !== "\n" && (inClass || source[at] !== "/")) {
      inClass = source[at] === "[" ? true : source[at] === "]" ? false : inClass;
      at += source[at] === "\\" ? 2 : 1;
    }
    at++;
    blank(start, at);
    out[start] = "0"; // a value stands here, so that a slash that follows is a division
  };

  while (at < source.length) {
    const char = source[at] as string;
    if (char === '"' || char === "'") {
      quoted(char);
    } else if (char === "`") {
      template(at + 1);
    } else if (source.startsWith("//", at)) {
      comment(source.indexOf("\n", at));
    } else if (source.startsWith("/*", at)) {
      const end = source.indexOf("*/", at + 2);
      comment(end < 0 ? end : end + 2);
    } else if (char === "/" && BEFORE_REGEX.test(out.slice(Math.max(0, at - 200), at).join(""))) {
      regex();
    } else if (char === "{" && templates.length > 0) {
      templates.push((templates.pop() as number) + 1);
      at++;
    } else if (char === "}" && templates.length > 0) {
      const open = templates.pop() as number;
      if (open === 0) {
        template(at + 1);
      } else {
        templates.push(open - 1);
        at++;
      }
    } else {
      at++;
    }
  }

  const code = out.join("");
  return { source, code, strings, comments, depth: bracketDepth(code) };
}

function bracketDepth(code: string): Uint16Array {
  const depth = new Uint16Array(code.length + 1);
  let open = 0;
  for (let i = 0; i < code.length; i++) {
    const char = code[i] as string;
    if (")]}".includes(char)) {
      open = Math.max(0, open - 1);
    }
    depth[i] = open;
    if ("([{".includes(char)) {
      open++;
    }
  }
  depth[code.length] = open;
  return depth;
}

/** The line of an offset, from 1. */
export function lineOf(text: SourceText, offset: number): number {
  return text.source.slice(0, offset).split("\n").length;
}
