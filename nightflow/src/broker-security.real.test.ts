import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it } from "vitest";
import { openBrokerSecurity } from "./broker-security.ts";
import { NightflowConfig } from "./config/schema.ts";
import type { ThreadSettings } from "./threads/settings.ts";

async function open(broker: object) {
  const dataDir = await mkdtemp(join(tmpdir(), "nightflow-pki-"));
  const config = NightflowConfig.parse({ broker });
  const security = await openBrokerSecurity({ config, dataDir } as ThreadSettings);
  return { dataDir, security };
}

it("a broker without TLS makes no authority, and has a secret for its tokens", async () => {
  const { dataDir, security } = await open({});
  expect(security.deps.tokenSecret).toHaveLength(32);
  expect(security.deps.authority).toBeUndefined();
  expect(existsSync(join(dataDir, "pki"))).toBe(false);
  await security.close();
});

it("a broker with TLS has the platform's authority and its enrolment in the data folder, the same at each start", async () => {
  const { dataDir, security } = await open({ tls: {} });
  const { authority, admission } = security.deps;
  expect(admission?.faultOf({ agent: "gw-1", site: "town" })).toBeUndefined();
  await security.close();
  const config = NightflowConfig.parse({ broker: { tls: {} } });
  const again = await openBrokerSecurity({ config, dataDir } as ThreadSettings);
  expect(again.deps.authority?.rootPem).toBe(authority?.rootPem);
  await again.close();
});
