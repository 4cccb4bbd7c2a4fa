import { generateKeyPairSync } from "node:crypto";
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@nightflow/broker";
import { MqttConfig } from "@nightflow/ingest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ingestAt } from "../support/ingest-at.ts";
import { findMosquitto, TestMosquitto } from "../support/mosquitto.ts";

describe.runIf(findMosquitto() !== undefined)("ingest at a Mosquitto that wants client certificates", () => {
  let pki: string;
  let mosquitto: TestMosquitto;
  let caPem: string;
  let client: { readonly certPem: string; readonly keyPem: string };

  beforeAll(async () => {
    pki = mkdtempSync(join(tmpdir(), "nightflow-pki-"));
    const authority = await createAuthority(pki);
    caPem = authority.rootPem;
    const { cert, key } = await authority.serverCertificate(["127.0.0.1"]);
    const { publicKey, privateKey } = generateKeyPairSync("ec", { namedCurve: "prime256v1" });
    const publicPem = publicKey.export({ type: "spki", format: "pem" }).toString();
    const signed = await authority.issue({ agent: "ingest", site: "town", key: { publicKey: publicPem }, days: 1 });
    client = { certPem: signed.pem, keyPem: privateKey.export({ type: "pkcs8", format: "pem" }).toString() };
    mosquitto = await TestMosquitto.start((folder) => {
      const put = (name: string, text: string) => {
        writeFileSync(join(folder, name), text);
        chmodSync(join(folder, name), 0o644);
        return join(folder, name);
      };
      return [
        `cafile ${put("ca.pem", caPem)}`,
        `certfile ${put("server.pem", cert)}`,
        `keyfile ${put("server.key", key)}`,
        "require_certificate true",
        "allow_anonymous true",
        "persistence false",
      ];
    });
  });

  afterAll(async () => {
    await mosquitto?.close();
    rmSync(pki, { recursive: true, force: true });
  });

  const config = () => MqttConfig.parse({ url: mosquitto.url.replace("mqtt:", "mqtts:"), connectTimeoutMs: 5000 });

  it("is let in with its certificate, and knows the broker by its own", async () => {
    const room = await ingestAt({ config: config(), caPem, ...client });
    expect(room.isConnected).toBe(true);
    await room.close();
  });

  it("talks to no broker whose certificate comes from somebody else, and goes on trying", async () => {
    const room = await ingestAt({ config: config(), ...client });
    expect(room.isConnected).toBe(false);
    await room.close();
  });

  it("is not let in without a certificate", async () => {
    const room = await ingestAt({ config: config(), caPem });
    expect(room.isConnected).toBe(false);
    await room.close();
  });
});
