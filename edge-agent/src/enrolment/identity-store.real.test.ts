import { chown, mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { folderIdentityStore, identityFolder, joinedPlatform, keepJoinedPlatform } from "./identity-store.ts";

const NOBODY = 65_534;
const ca = "a".repeat(64);
let dataDir = "";
afterEach(() => rm(dataDir, { recursive: true, force: true }));

it.runIf(process.getuid?.() === 0)("what root writes when it joins a gateway belongs to the agent's user", async () => {
  dataDir = await mkdtemp(join(tmpdir(), "nightflow-identity-"));
  await chown(dataDir, NOBODY, NOBODY);
  const folder = identityFolder(dataDir);
  await keepJoinedPlatform(folder, { v: 1, url: "https://water.example", caFingerprint: ca });
  const identity = { v: 1, privateKey: "key", certificate: "certificate", root: "root", tokenHash: null } as const;
  await folderIdentityStore(folder).saveIdentity(identity);
  for (const path of [folder, join(folder, "identity.json"), join(folder, "platform.json")]) {
    const { uid, mode } = await stat(path);
    expect(uid).toBe(NOBODY);
    expect(mode & 0o077).toBe(0);
  }
  expect(joinedPlatform(folder)).toMatchObject({ url: "https://water.example", caFingerprint: ca });
});
