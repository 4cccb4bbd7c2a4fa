import { X509Certificate } from "node:crypto";
import { appendFile, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { ManualClock } from "@nightflow/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeRequest, tempFolder } from "../testing/pki.ts";
import { type Authority, AuthorityError, createAuthority as create } from "./authority.ts";
import { JournalError } from "./journal.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 1);

let dir: string;
const open: Authority[] = [];

async function createAuthority(...args: Parameters<typeof create>): Promise<Authority> {
  const authority = await create(...args);
  open.push(authority);
  return authority;
}

afterEach(async () => {
  await Promise.all(open.splice(0).map((authority) => authority.close()));
});
beforeEach(async () => {
  dir = join(await tempFolder(), "pki");
});

describe("the platform's authority", () => {
  it("makes a root of its own once, for ten years, and keeps its key to itself", async () => {
    const first = await createAuthority(dir, () => NOW);
    const root = new X509Certificate(first.rootPem);
    expect(root.ca).toBe(true);
    expect(root.checkIssued(root) && root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect((Date.parse(root.validTo) - NOW) / DAY_MS / 365.25).toBeCloseTo(10, 1);
    await first.close();
    expect((await createAuthority(dir)).rootPem).toBe(first.rootPem);
    const modes = await Promise.all(
      (await readdir(dir)).map(async (name) => (await stat(join(dir, name))).mode & 0o077),
    );
    expect(modes.every((mode) => mode === 0)).toBe(true);
    expect((await stat(dir)).mode & 0o077).toBe(0);
  });

  it("says what is missing when the root's key is gone, instead of making another root", async () => {
    await (await createAuthority(dir)).close();
    await rm(join(dir, "root.key.pem"));
    await expect(createAuthority(dir)).rejects.toThrow(AuthorityError);
    await expect(createAuthority(dir)).rejects.toThrow("root.key.pem");
  });

  it("certifies an agent by its request, whatever the request says of its subject", async () => {
    const authority = await createAuthority(dir, () => NOW);
    const { request } = await makeRequest("CN=gw-2, OU=elsewhere");
    const order = { agent: "gw-1", site: "town", key: { request }, days: 90 };
    const certificate = await authority.issue(order);
    const parsed = new X509Certificate(certificate.pem);
    expect(parsed.subject.split("\n").toSorted()).toEqual(["CN=gw-1", "O=Nightflow", "OU=town"]);
    expect(parsed.subjectAltName).toBe("URI:nightflow:agent:town/gw-1");
    expect(parsed.ca).toBe(false);
    expect(parsed.keyUsage).toEqual(["1.3.6.1.5.5.7.3.2"]);
    expect(parsed.verify(new X509Certificate(authority.rootPem).publicKey)).toBe(true);
    expect(parsed.serialNumber).toBe(certificate.serial);
    expect(parsed.fingerprint256.replaceAll(":", "").toLowerCase()).toBe(certificate.fingerprint);
    expect(certificate.expiresAt - NOW).toBe(90 * DAY_MS);
    expect(authority.recordOf(certificate.fingerprint)).toMatchObject({ agent: "gw-1", site: "town" });
    expect((await authority.issue(order)).serial).not.toBe(certificate.serial);
  });

  it("signs nothing that is no request, was changed after it was signed, or has a weak key", async () => {
    const authority = await createAuthority(dir);
    const { request } = await makeRequest("CN=gw-1");
    const [head = "", ...body] = request.split("\n");
    const bytes = Buffer.from(body.slice(0, -1).join(""), "base64");
    const at = bytes.indexOf("gw-1");
    bytes.write("gw-9", at);
    const forged = `${head}\n${bytes.toString("base64")}\n-----END CERTIFICATE REQUEST-----`;
    for (const bad of ["", "x", forged])
      await expect(authority.issue({ agent: "a", site: "s", key: { request: bad }, days: 1 })).rejects.toThrow(
        AuthorityError,
      );
    const { generateKeyPairSync } = await import("node:crypto");
    const publicKey = generateKeyPairSync("rsa", { modulusLength: 1024 }).publicKey.export({
      type: "spki",
      format: "pem",
    });
    const weak = { agent: "a", site: "s", key: { publicKey: String(publicKey) }, days: 1 };
    await expect(authority.issue(weak)).rejects.toThrow("2048");
    expect(authority.issued()).toEqual([]);
  });

  it("knows after a restart what it issued and revoked, also when the last line was cut by a crash", async () => {
    const authority = await createAuthority(dir, () => NOW);
    const { request } = await makeRequest();
    const [kept, revoked] = [
      await authority.issue({ agent: "gw-1", site: "town", key: { request }, days: 1 }),
      await authority.issue({ agent: "gw-2", site: "town", key: { request }, days: 1 }),
    ];
    await authority.revoke(revoked.serial, "stolen");
    await authority.close();
    await appendFile(join(dir, "register.jsonl"), '{"kind":"revo');
    const again = await createAuthority(dir, () => NOW);
    expect([again.isRevoked(kept.serial), again.isRevoked(revoked.serial)]).toEqual([false, true]);
    expect(again.issued().map(({ agent }) => agent)).toEqual(["gw-1", "gw-2"]);
    await again.revoke(kept.serial, "also");
    await again.close();
    const later = await createAuthority(dir, () => NOW + 200 * DAY_MS);
    expect(later.issued()).toEqual([]);
    expect(await readFile(join(dir, "register.jsonl"), "utf8")).toBe("");
  });

  it("does not start over a register that somebody has damaged: it may hold a revocation", async () => {
    const authority = await createAuthority(dir, () => NOW);
    await authority.revoke("AA", "stolen");
    await authority.close();
    await writeFile(join(dir, "register.jsonl"), 'garbage\n{"kind":"revoked","serial":"BB","at":1,"reason":"x"}\n');
    await expect(createAuthority(dir)).rejects.toThrow(JournalError);
    await expect(createAuthority(dir)).rejects.toThrow("line 1");
  });

  it("makes the listener's certificate for all its names, keeps it, and renews it a month ahead", async () => {
    const clock = new ManualClock(NOW);
    const authority = await createAuthority(dir, () => clock.now());
    const names = ["10.1.2.3", "mqtt.town.example"];
    const first = await authority.serverCertificate(names);
    const certificate = new X509Certificate(first.cert);
    expect(certificate.subjectAltName).toBe(
      "DNS:localhost, IP Address:127.0.0.1, IP Address:10.1.2.3, DNS:mqtt.town.example",
    );
    clock.advance(360 * DAY_MS);
    expect(await authority.serverCertificate(names)).toEqual(first);
    clock.advance(10 * DAY_MS);
    const renewed = await authority.serverCertificate(names);
    expect(renewed.cert).not.toBe(first.cert);
    expect((await authority.serverCertificate([...names, "new.example"])).cert).not.toBe(renewed.cert);
  });
});
