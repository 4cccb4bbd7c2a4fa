import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { parse } from "yaml";

/** The clone's folder. */
export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** The text of a file of the clone. */
export function textOf(path: string): string {
  return readFileSync(join(ROOT, path), "utf8");
}

/** One instruction of a Dockerfile, continued lines joined. */
export interface Instruction {
  readonly name: string;
  readonly rest: string;
}

/** The instructions of a Dockerfile, in order, without comments. */
export function instructionsOf(dockerfile: string): Instruction[] {
  const lines = dockerfile
    .replaceAll(/^\s*#.*$/gm, "")
    .replaceAll(/\\\n/g, " ")
    .split("\n");
  return lines.flatMap((line) => {
    const [, name, rest] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
    return name === undefined || rest === undefined ? [] : [{ name, rest: rest.trim() }];
  });
}

/** A service of compose.yaml, as far as the rules look at it. */
export interface Service {
  readonly image: string;
  readonly profiles?: readonly string[];
  readonly command?: readonly string[];
  readonly restart?: string;
  readonly ports?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly network_mode?: string;
  readonly mem_limit?: string;
  readonly read_only?: boolean;
  readonly logging?: object;
  readonly healthcheck?: { readonly test?: readonly string[]; readonly disable?: boolean };
}

/** The parts of compose.yaml. */
export interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, { readonly file: string }>>;
  readonly volumes: Readonly<Record<string, object>>;
}

/** compose.yaml with its anchors and merges worked in. */
export function composeOf(text: string): Compose {
  return parse(text, { merge: true }) as Compose;
}

/** The systemd units, by name. */
export function unitFiles(): { readonly name: string; readonly text: string }[] {
  const names = readdirSync(join(ROOT, "deploy/systemd")).toSorted();
  return names.map((name) => ({ name, text: textOf(`deploy/systemd/${name}`) }));
}

/** The values of a key in a unit file, in order. */
export function valuesIn(unit: string, key: string): string[] {
  return unit.split("\n").flatMap((line) => (line.startsWith(`${key}=`) ? [line.slice(key.length + 1)] : []));
}

const run = promisify(execFile);
const helps = new Map<string, Promise<string>>();

function helpOf(words: readonly string[]): Promise<string> {
  const key = words.join(" ");
  const known = helps.get(key);
  if (known !== undefined) return known;
  const args = [join(ROOT, "nightflow/src/main.ts"), ...words, "--help"];
  const help = run(process.execPath, args).then(({ stdout }) => stdout);
  helps.set(key, help);
  return help;
}

/** What a command line asks of `nightflow` that it does not have; empty when it knows all of it. */
export async function unknownTo(args: readonly string[]): Promise<string[]> {
  const words: string[] = [];
  for (const word of args) {
    if (word.startsWith("-") || !(await helpOf(words)).match(new RegExp(`^  ${word}\\b`, "m"))) break;
    words.push(word);
  }
  if (words.length === 0) return [`no command ${args[0] ?? ""}`];
  const help = await helpOf(words);
  return args.filter((arg) => arg.startsWith("--") && !help.includes(`${arg} `)).map((arg) => `no option ${arg}`);
}
