import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { referencePages } from "./write-docs.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

describe("the documentation", () => {
  it.each([...referencePages()])("has docs/reference/%s as npm run docs writes it", (file, text) => {
    expect(readFileSync(join(ROOT, "docs", "reference", file), "utf8")).toBe(text);
  });

  it("links only to what is there", () => {
    const missing = [...markdownFiles(ROOT)].flatMap((file) => brokenLinks(file));
    expect(missing).toEqual([]);
  });
});

function* markdownFiles(folder: string): Generator<string> {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && !/^(node_modules|dist|data|\..*)$/.test(entry.name)) yield* markdownFiles(path);
    else if (entry.name.endsWith(".md")) yield path;
  }
}

function brokenLinks(file: string): string[] {
  const links = [...readFileSync(file, "utf8").matchAll(/\]\(([^)\s]+)\)/g)].map(
    ([, link = ""]) => link.split("#")[0] ?? "",
  );
  return links
    .filter((link) => link !== "" && !/^[a-z]+:/.test(link) && !existsSync(join(dirname(file), link)))
    .map((link) => `${file}: ${link}`);
}
