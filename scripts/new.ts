import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { detectorSkeleton } from "./new/detector.ts";
import { driverSkeleton } from "./new/driver.ts";
import { type Skeleton, withInsertion } from "./new/insert.ts";
import { profileSkeleton } from "./new/profile.ts";

const SKELETONS = { driver: driverSkeleton, profile: profileSkeleton, detector: detectorSkeleton } as const;
type SkeletonKind = keyof typeof SKELETONS;

const USAGE = "npm run new -- driver|profile|detector NAME   (NAME in small letters, such as dlms-cosem)";

/**
 * Makes a skeleton in a tree, with a test that fails until the work is done.
 *
 * @throws {Error} for a name that is none or is taken; nothing is written then.
 */
export function makeSkeleton(root: string, kind: SkeletonKind, name: string): Skeleton {
  if (!/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/.test(name) || name.length > 40) throw new Error(`${name} is no name: ${USAGE}`);
  const skeleton = SKELETONS[kind](name);
  const taken = Object.keys(skeleton.files).find((file) => existsSync(join(root, file)));
  if (taken !== undefined) throw new Error(`${taken} is there already`);
  const texts = new Map(Object.entries(skeleton.files));
  for (const insertion of skeleton.insertions) {
    const before = texts.get(insertion.file) ?? readFileSync(join(root, insertion.file), "utf8");
    texts.set(insertion.file, withInsertion(before, insertion));
  }
  for (const [file, text] of texts) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), text);
  }
  return skeleton;
}

function isKind(kind: string | undefined): kind is SkeletonKind {
  return kind !== undefined && Object.hasOwn(SKELETONS, kind);
}

/** Lines may have become too long, and imports out of order. */
function format(root: string, files: readonly string[]): void {
  const formatted = files.filter((file) => !file.endsWith(".md"));
  execFileSync(join(root, "node_modules", ".bin", "biome"), ["check", "--write", ...formatted], {
    cwd: root,
    stdio: "ignore",
  });
}

function run(args: readonly string[]): number {
  const [kind, name] = args;
  if (!isKind(kind) || name === undefined) {
    process.stderr.write(`${USAGE}\n`);
    return 2;
  }
  try {
    const root = fileURLToPath(new URL("..", import.meta.url));
    const { files, insertions, failingTest, next } = makeSkeleton(root, kind, name);
    const made = Object.keys(files);
    const changed = [...new Set(insertions.map(({ file }) => file))];
    format(root, [...made, ...changed]);
    for (const file of made) process.stdout.write(`made     ${file}\n`);
    for (const file of changed) process.stdout.write(`changed  ${file}\n`);
    process.stdout.write(`fails    npm run test:unit -- ${failingTest}\n`);
    for (const step of next) process.stdout.write(`next     ${step}\n`);
    return 0;
  } catch (error) {
    process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
    return 1;
  }
}

if (import.meta.main) process.exitCode = run(process.argv.slice(2));
