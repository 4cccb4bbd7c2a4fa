import { execFile } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdir, readdir, rm, stat, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { promisify } from "node:util";
import { ManualClock } from "@nightflow/domain";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { makeRequest, makeStrangeAuthority, tempFolder } from "../testing/pki.ts";
import { AuthorityError, createAuthority, openTrustedRoot } from "./authority.ts";

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2026, 2, 1);

let dir: string;
let folder: string;
afterEach(() => rm(folder, { recursive: true, force: true }));
beforeEach(async () => {
  folder = await tempFolder();
  dir = join(folder, "pki");
});

describe("the platform's authority", () => {
  it("makes a root of its own once, for ten years, and keeps its key to itself", async () => {
    const first = await createAuthority(dir, () => NOW);
    const root = new X509Certificate(first.rootPem);
    expect(root.ca).toBe(true);
    expect(root.checkIssued(root) && root.verify(root.publicKey)).toBe(true);
    expect(root.publicKey.asymmetricKeyDetails?.namedCurve).toBe("prime256v1");
    expect((Date.parse(root.validTo) - NOW) / DAY_MS / 365.25).toBeCloseTo(10, 1);
    expect((await createAuthority(dir)).rootPem).toBe(first.rootPem);
    const modes = await Promise.all(
      (await readdir(dir)).map(async (name) => (await stat(join(dir, name))).mode & 0o077),
    );
    expect(modes.every((mode) => mode === 0)).toBe(true);
    expect((await stat(dir)).mode & 0o077).toBe(0);
  });

  it("says what is missing when the root's key is gone, instead of making another root", async () => {
    await createAuthority(dir);
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
  });

  it("made by two processes at once is one authority", async () => {
    const both = await Promise.all([createAuthority(dir), createAuthority(dir)]);
    expect(both[0].rootPem).toBe(both[1].rootPem);
    const { request } = await makeRequest();
    const { pem } = await both[0].issue({ agent: "gw-1", site: "town", key: { request }, days: 1 });
    expect(both[1].isOwn(new X509Certificate(pem).raw)).toBe(true);
    const stranger = await (await makeStrangeAuthority()).certify("gw-1", "town");
    expect(both[1].isOwn(new X509Certificate(stranger.cert.pem).raw)).toBe(false);
    expect((await readdir(dir)).filter((name) => name.endsWith(".new"))).toEqual([]);
  });

  it("is known to a broker elsewhere by its root's certificate alone, which signs nothing", async () => {
    const authority = await createAuthority(dir);
    expect(await openTrustedRoot(dir)).toBeUndefined();
    const elsewhere = join(folder, "elsewhere");
    await mkdir(elsewhere);
    expect(await openTrustedRoot(elsewhere)).toBeUndefined();
    await writeFile(join(elsewhere, "root.crt.pem"), authority.rootPem);
    const root = await openTrustedRoot(elsewhere);
    const { request } = await makeRequest();
    const { pem } = await authority.issue({ agent: "gw-1", site: "town", key: { request }, days: 1 });
    expect(root?.isOwn(new X509Certificate(pem).raw)).toBe(true);
    await expect(root?.serverCertificate([])).rejects.toThrow(AuthorityError);
  });

  it("lists what was revoked in a form that OpenSSL takes", async () => {
    const authority = await createAuthority(dir);
    const { request } = await makeRequest();
    const order = { agent: "gw-1", site: "town", key: { request }, days: 1 };
    const [good, bad] = [await authority.issue(order), await authority.issue(order)];
    const list = await authority.revocationList([{ serial: bad.serial, at: Date.now() }], 7);
    const paths = {
      root: join(dir, "ca.pem"),
      list: join(dir, "crl.pem"),
      good: join(dir, "g.pem"),
      bad: join(dir, "b.pem"),
    };
    await writeFile(paths.root, authority.rootPem);
    await writeFile(paths.list, list);
    await writeFile(paths.good, good.pem);
    await writeFile(paths.bad, bad.pem);
    const verify = (file: string) =>
      promisify(execFile)("openssl", ["verify", "-crl_check", "-CAfile", paths.root, "-CRLfile", paths.list, file]);
    expect((await verify(paths.good)).stdout).toContain("OK");
    await expect(verify(paths.bad)).rejects.toThrow("certificate revoked");
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
