import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openApiDocument } from "@nightflow/crm-api";
import { API_TYPES_FILE, apiTypesOf } from "@nightflow/dashboards/api-types";
import { expect, it } from "vitest";

it("the pages' types of the API are those of its routes now (else run scripts/write-openapi.ts)", async () => {
  const file = readFileSync(join(import.meta.dirname, "..", "..", API_TYPES_FILE), "utf8");
  expect(file).toBe(await apiTypesOf(await openApiDocument()));
});
