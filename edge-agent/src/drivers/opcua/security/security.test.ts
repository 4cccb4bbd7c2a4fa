import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { StatusCodes } from "node-opcua-client";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { linkFaultOf } from "../link-fault.ts";
import { OwnCertificates } from "./own-certificate.ts";
import { identityOf, passwordVariable } from "./secrets.ts";
import { ServerCheck } from "./server-check.ts";
import { decideOrThrow, leafOf, TrustList } from "./trust-list.ts";

const DAY_MS = 86_400_000;
const URL = "opc.tcp://plant:4840";
let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "nightflow-opcua-keys-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const derOf = async (name: string) =>
  new X509Certificate((await new OwnCertificates(join(folder, name)).get()).certificate).raw;

describe("the list of trusted servers", () => {
  it("trusts nobody until a person has decided, and tells the agent and the command line the same", async () => {
    const der = await derOf("server");
    const check = new ServerCheck(new TrustList(folder), { bus: "opc", endpointUrl: URL });
    expect(await check.checkCertificate(der)).toBe(StatusCodes.BadCertificateUntrusted);
    const beside = new TrustList(folder);
    const [shown] = beside.list();
    expect(shown).toMatchObject({ state: "pending", bus: "opc", endpointUrl: URL, decidedBy: null });
    expect(beside.decide("ffffffffff", "trust", "anna", 1)).toBe("unknown-certificate");
    expect(beside.decide(shown?.fingerprint.slice(0, 7) ?? "", "trust", "anna", 1)).toBe("unknown-certificate");
    decideOrThrow(beside, shown?.fingerprint.toUpperCase().replaceAll(/(..)(?=.)/g, "$1:") ?? "", "trust", "anna");
    expect(await check.checkCertificate(Buffer.concat([der, der]))).toBe(StatusCodes.Good);
    decideOrThrow(beside, new X509Certificate(der).fingerprint, "reject", "anna");
    expect(await check.checkCertificate(der)).toBe(StatusCodes.BadCertificateUntrusted);
    expect(() => decideOrThrow(beside, "ffffffffff", "trust", "anna")).toThrow(/no server has shown/);
  });

  it("refuses a trusted certificate outside its time, and says both times", async () => {
    const der = await derOf("server");
    const list = new TrustList(folder);
    const { expiresAt } = list.add(der, "anna", Date.now());
    const check = new ServerCheck(list, { bus: "opc", endpointUrl: URL }, () => expiresAt + 1);
    expect(await check.checkCertificate(der)).toBe(StatusCodes.BadCertificateTimeInvalid);
    const context = { endpointUrl: URL, verdict: check.verdict, ownFingerprint: "ab", nowMs: expiresAt + 1 };
    const fault = linkFaultOf(new Error("server Certificate verification failed"), context);
    expect(fault).toMatchObject({ code: "BadCertificateTimeInvalid", remedy: /renewed/ });
  });

  it("asks again about a certificate whose file was tampered with", async () => {
    const der = await derOf("server");
    const list = new TrustList(folder);
    const { fingerprint } = list.add(der, "anna", 1);
    const other = await derOf("other");
    const path = join(folder, `${fingerprint}.json`);
    expect(list.stateOf(der)).toBe("trusted");
    const swapped = { ...JSON.parse(readFileSync(path, "utf8")), der: other.toString("base64") };
    writeFileSync(path, JSON.stringify(swapped));
    expect(list.stateOf(der)).toBeUndefined();
  });

  it("keeps no more undecided certificates than a person can look at", async () => {
    const list = new TrustList(folder);
    const der = await derOf("server");
    list.add(der, "anna", 1);
    // The signature is not looked at: another last octet is another certificate.
    for (let at = 0; at < 60; at++) {
      const other = Buffer.from(der);
      other[other.length - 1] = (at + 1) ^ (der.at(-1) ?? 0);
      list.seen(other, { bus: "opc", endpointUrl: URL, atMs: at });
    }
    const states = list.list().map(({ state }) => state);
    expect(states.filter((state) => state === "pending")).toHaveLength(50);
    expect(states).toContain("trusted");
  });

  it("takes the first certificate of a chain", async () => {
    const [first, second] = [await derOf("a"), await derOf("b")];
    expect(leafOf(Buffer.concat([first, second])).equals(first)).toBe(true);
  });
});

describe("the agent's own certificate", () => {
  it("is made once, for everybody who asks at the same time, and its key is for the agent alone", async () => {
    const [own, beside] = [new OwnCertificates(folder), new OwnCertificates(folder)];
    const all = await Promise.all([own.get(), own.get(), beside.get()]);
    expect(new Set(all.map(({ certificate }) => certificate)).size).toBe(1);
    expect(statSync(join(folder, "opcua", "own", "key.pem")).mode & 0o077).toBe(0);
    expect(new X509Certificate(all[0]?.certificate ?? "").subjectAltName).toMatch(/URI:urn:.*:nightflow:agent:/);
  });

  it("is followed by another in time, which takes over before the end or when it is told to", async () => {
    const first = await new OwnCertificates(folder).get();
    const endsAt = Date.parse(new X509Certificate(first.certificate).validTo);
    const late = new OwnCertificates(folder, () => endsAt - 30 * DAY_MS);
    expect(await late.get()).toEqual(first);
    const nextFile = new OwnCertificates(folder).paths().next;
    expect(statSync(nextFile).size).toBeGreaterThan(500);
    const after = await new OwnCertificates(folder, () => endsAt - DAY_MS).get();
    expect(after).not.toEqual(first);
    expect((await new OwnCertificates(folder).renew()).certificate).not.toBe(after.certificate);
  });
});

describe("secrets of OPC UA", () => {
  it("come from the gateway, and a missing one says where it belongs", () => {
    const user = { kind: "user", user: "reader", secret: "plant-a", allowUnprotected: false } as const;
    expect(identityOf(user, folder, { [passwordVariable("plant-a")]: "x" })).toMatchObject({ password: "x" });
    expect(passwordVariable("plant-a")).toBe("NIGHTFLOW_OPCUA_PASSWORD_PLANT_A");
    expect(() => identityOf(user, folder, {})).toThrow(/no password plant-a/);
    expect(() => identityOf({ kind: "certificate", secret: "plant-a" }, folder, {})).toThrow(/plant-a\.pem/);
  });
});
