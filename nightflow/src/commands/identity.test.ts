import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { IdentityConfig } from "@nightflow/broker";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { parse } from "yaml";
import { z } from "zod";
import { runIdentity } from "./identity.ts";

let folder = "";
let printed = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-identity-"));
  writeFileSync(join(folder, "nightflow.yaml"), "site: town\ndataDir: ./data\n");
  printed = "";
  vi.spyOn(process.stdout, "write").mockImplementation((text) => {
    printed += String(text);
    return true;
  });
});
afterEach(() => {
  vi.restoreAllMocks();
  rmSync(folder, { recursive: true, force: true });
});

const config = () => join(folder, "nightflow.yaml");

test.each(["agent", "device", "api", "monitor"])(
  "the lines printed for a new %s are what nightflow.yaml takes",
  async (role) => {
    await runIdentity("gw-1", { role, config: config() });
    const block = /broker:\n(?: .*\n)+/.exec(printed)?.[0] ?? "";
    const { identities } = z.object({ identities: z.array(IdentityConfig) }).parse(parse(block).broker);
    expect(identities).toMatchObject([{ name: "gw-1", role }]);
    expect(identities[0]?.site).toBe(role === "agent" || role === "device" ? "town" : undefined);
  },
);

test("a device is told where it publishes", async () => {
  await runIdentity("pump-1", { role: "device", config: config() });
  expect(printed).toContain("dev/v1/town/pump-1/readings");
});

test.each(["import", "token", "gw-1.hash"])(
  "%s is nobody's name: its file in the folder of secrets is something else",
  async (name) => {
    await expect(runIdentity(name, { role: "agent", config: config() })).rejects.toThrow(name);
  },
);
