import { readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";
import { API_TYPES_FILE, apiTypesOf } from "./api-types.ts";

const ROOT = join(import.meta.dirname, "..", "..");

it("writes one type for each schema of an API", async () => {
  const document = {
    openapi: "3.1.0",
    info: { title: "t", version: "1" },
    paths: {},
    components: { schemas: { Meter: { type: "object", required: ["id"], properties: { id: { type: "string" } } } } },
  };
  expect(await apiTypesOf(document)).toMatch(/Meter: \{\s+id: string;/);
});

it("keeps the types where the pages look for them", () => {
  expect(readFileSync(join(ROOT, API_TYPES_FILE), "utf8")).toContain("export interface paths");
});
