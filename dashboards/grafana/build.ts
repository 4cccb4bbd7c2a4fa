import { mkdirSync, writeFileSync } from "node:fs";
import { generatedFiles } from "./src/files.ts";

// Run after a change of the sources; a test fails while the files are not what the sources make.
for (const [path, content] of generatedFiles()) {
  const file = new URL(path, import.meta.url);
  mkdirSync(new URL(".", file), { recursive: true });
  writeFileSync(file, content);
}
