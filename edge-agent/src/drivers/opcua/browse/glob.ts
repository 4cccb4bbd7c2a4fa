/** A pattern of browse names, taken apart. */
export type PathPattern = readonly Segment[];

/** `any` is `**`: no, one or more names. A name that ends in nothing special matches itself only. */
export type Segment = { readonly kind: "any" } | { readonly kind: "name"; readonly pattern: RegExp };

/**
 * A path of browse names as a pattern, as `Objects/Plant?/FT-101/Flow`: `*` is any part of a name, `?` one character, `**`
 * any depth, and a backslash takes the character behind it as it is.
 *
 * @throws {RangeError} when a name in it is empty.
 */
export function parsePath(path: string): PathPattern {
  return partsOf(path).map((part) => {
    if (part === "**") return { kind: "any" };
    if (part === "") throw new RangeError(`a name in the path ${path} is empty`);
    return { kind: "name", pattern: regexOf(part) };
  });
}

/** Whether a path holds no `*` or `?`: it then names one place. */
export function isPlainPath(path: string): boolean {
  return !/(?<!\\)[*?]/.test(path);
}

/** How many `*` a path holds that stand for something: what `$1`, `$2`, … may name. */
export function starsOf(path: string): number {
  return partsOf(path).reduce((sum, part) => sum + (part === "**" ? 0 : [...part.matchAll(/(?<!\\)\*/g)].length), 0);
}

/**
 * What a pattern's `*` stand for in a path of names, in their order; undefined when it does not match. `**` is not
 * counted among them.
 */
export function matchPath(pattern: PathPattern, names: readonly string[]): string[] | undefined {
  return matchFrom(pattern, 0, names, 0);
}

/** Whether something below these names may still match: what is to be browsed further. */
export function mayMatchBelow(pattern: PathPattern, names: readonly string[]): boolean {
  return reachable(pattern, 0, names, 0);
}

function matchFrom(pattern: PathPattern, at: number, names: readonly string[], from: number): string[] | undefined {
  const segment = pattern[at];
  if (segment === undefined) return from === names.length ? [] : undefined;
  if (segment.kind === "any") {
    for (let next = from; next <= names.length; next++) {
      const rest = matchFrom(pattern, at + 1, names, next);
      if (rest !== undefined) return rest;
    }
    return undefined;
  }
  const found = segment.pattern.exec(names[from] ?? "\0");
  const rest = found === null ? undefined : matchFrom(pattern, at + 1, names, from + 1);
  return found === null || rest === undefined ? undefined : [...found.slice(1), ...rest];
}

function reachable(pattern: PathPattern, at: number, names: readonly string[], from: number): boolean {
  const segment = pattern[at];
  if (segment === undefined) return false;
  if (segment.kind === "any") return true;
  if (from === names.length) return true;
  return segment.pattern.test(names[from] ?? "") && reachable(pattern, at + 1, names, from + 1);
}

/** Splits at slashes that have no backslash before them. */
function partsOf(path: string): string[] {
  return path.split(/(?<!\\)\//);
}

function regexOf(part: string): RegExp {
  const source = part.replace(/\\(.)|([*])|([?])|([.+^${}()|[\]])/g, (_, escaped, star, question, special) => {
    if (escaped !== undefined) return escapeRegex(escaped);
    if (star !== undefined) return "(.*)";
    return question !== undefined ? "." : `\\${special}`;
  });
  return new RegExp(`^${source}$`, "s");
}

function escapeRegex(character: string): string {
  return /[\w\s]/.test(character) ? character : `\\${character}`;
}
