import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** Folder of the built pages, for the API to serve; null where they have not been built. */
export function builtPagesFolder(): string | null {
  const folder = fileURLToPath(new URL("../web/dist/", import.meta.url));
  return existsSync(`${folder}index.html`) ? folder : null;
}
