import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { ensureSecret, secretsFolder } from "./secrets.ts";

let dataDir = "";
beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), "nightflow-secrets-"));
});
afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

test("a secret is made once, for its owner alone, and nothing else is left beside it", () => {
  const secret = ensureSecret(dataDir, "mqtt-token", {});
  expect(secret.length).toBeGreaterThanOrEqual(32);
  expect(ensureSecret(dataDir, "mqtt-token", {})).toBe(secret);
  expect(readdirSync(secretsFolder(dataDir))).toEqual(["mqtt-token"]);
  expect(statSync(join(secretsFolder(dataDir), "mqtt-token")).mode & 0o777).toBe(0o600);
  expect(readFileSync(join(secretsFolder(dataDir), "mqtt-token"), "utf8")).toBe(`${secret}\n`);
});

test("the environment goes before the file", () => {
  expect(ensureSecret(dataDir, "mqtt-import", { NIGHTFLOW_MQTT_IMPORT: "from outside" })).toBe("from outside");
});

test("an empty secret, as a full disk leaves it, signs nothing", () => {
  ensureSecret(dataDir, "mqtt-token", {});
  writeFileSync(join(secretsFolder(dataDir), "mqtt-token"), "\n");
  expect(() => ensureSecret(dataDir, "mqtt-token", {})).toThrow("the secret is empty");
});
