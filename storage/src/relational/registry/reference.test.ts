import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { describeRegistry } from "./reference.ts";

test("the page about registry files names every column as it is read", async () => {
  const page = await readFile(new URL("../../../README-registry.md", import.meta.url), "utf8");
  expect(page).toContain(describeRegistry());
});
