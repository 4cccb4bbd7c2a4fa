import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, relative, sep } from "node:path";

/** One `import`, `export … from` or `import(…)` in a source file. */
export interface Import {
  /** Path from the root, with forward slashes. */
  readonly file: string;
  readonly specifier: string;
}

const SKIPPED = new Set(["node_modules", "dist", "generated", "fixtures", "coverage", "data"]);
const SOURCE = /\.(ts|tsx|mts|mjs)$/;
const FROM = /(?:^|\n)\s*(?:import|export)\s(?:[^"'`;]*?\sfrom\s*)?["']([^"'\n]+)["']/g;
const LOADED = /(?:^|\n)\s*(?:import|export)\s(?!type\s)(?:[^"'`;]*?\sfrom\s*)?["']([^"'\n]+)["']/g;
const CALL = /\b(?:import|require|require\.resolve|import\.meta\.resolve)\(\s*["']([^"'\n]+)["']/g;

/** Every source file below `folder`, as paths from `root`. */
export function sourcesIn(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : sourcesIn(root, path);
    return SOURCE.test(entry.name) ? [relative(root, join(root, path)).split(sep).join("/")] : [];
  });
}

/** What a source text imports, comments left out. */
export function specifiersOf(text: string): string[] {
  const code = withoutComments(text);
  return [...code.matchAll(FROM), ...code.matchAll(CALL)].map((match) => match[1] ?? "");
}

/** What is loaded whenever a source text is: neither its types nor what it imports later. */
export function loadedSpecifiersOf(text: string): string[] {
  return [...withoutComments(text).matchAll(LOADED)].map((match) => match[1] ?? "");
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** Every import below `folder`. */
export function importsIn(root: string, folder: string): Import[] {
  return sourcesIn(root, folder).flatMap((file) =>
    specifiersOf(readFileSync(join(root, file), "utf8")).map((specifier) => ({ file, specifier })),
  );
}

/** The package that a specifier names: `@scope/name/deep` is `@scope/name`. Undefined for paths and Node's own modules. */
export function packageOf(specifier: string): string | undefined {
  if (/^[./]/.test(specifier) || specifier.startsWith("node:") || builtinModules.includes(specifier)) return undefined;
  if (/^(virtual:|https?:|data:)/.test(specifier)) return undefined;
  const [first = "", second = ""] = specifier.split("/");
  return first.startsWith("@") ? `${first}/${second}` : first;
}

/** Whether a file only serves tests, so that it may use development packages. */
export function isTestFile(file: string): boolean {
  return /\.test\.tsx?$/.test(file) || /(^|\/)testing\//.test(file) || /\.config\.[mc]?ts$/.test(file);
}
