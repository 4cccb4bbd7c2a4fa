import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { ConfigError } from "@nightflow/domain";
import { hashPassword, TEST_PASSWORD_COST } from "@nightflow/domain/passwords";
import { describe, expect, it, onTestFinished } from "vitest";
import { authenticatorFor } from "./authenticate.ts";
import { BrokerConfig } from "./config.ts";
import { IdentityConfig } from "./config-identities.ts";

const hash = await hashPassword("s3cret", TEST_PASSWORD_COST);
const agent = { name: "gw-1", role: "agent", site: "town", passwordHash: hash };
const faultsOf = (config: unknown) =>
  BrokerConfig.safeParse(config).error?.issues.map(({ path, message }) => `${path.join(".")}: ${message}`) ?? [];
const credentials = (username: string, password: string) => ({ username, password: Buffer.from(password) });

describe("BrokerConfig", () => {
  it("listens on loopback with bounded everything when nothing is said", () => {
    const config = BrokerConfig.parse({});
    expect(config).toMatchObject({ host: "127.0.0.1", port: 1883, identities: [] });
    expect(config.limits).toMatchObject({ drainTimeoutMs: 750, maxOfflineMessages: 1000, maxPendingIntakes: 64 });
  });

  it("names every fault of its identities at once", () => {
    const identities = [
      { name: "gw-1", role: "agent", passwordHash: hash },
      { ...agent, name: "a b" },
      { name: "api", role: "api" },
      { name: "api", role: "api", passwordHash: "plain" },
    ];
    const faults = faultsOf({ identities }).join("\n");
    expect(faults).toContain("agent gw-1 needs a site");
    expect(faults).toContain("identities.1.name");
    expect(faults).toContain("api needs either passwordHash or passwordFile");
    expect(faults).toContain("is not an argon2id hash");
  });

  it("takes no name twice and no key that it does not know", () => {
    expect(faultsOf({ identities: [agent, agent] })).toEqual(["identities.1: gw-1 is listed twice"]);
    expect(faultsOf({ prot: 1883 })).toHaveLength(1);
  });
});

async function tempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "nightflow-broker-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

describe("the identities of the configuration", () => {
  it("are found by name and password, from the configuration or from a file", async () => {
    const passwordFile = join(await tempFolder(), "api.hash");
    await writeFile(passwordFile, `${hash}\n`);
    const config = [agent, { name: "api", role: "api", passwordFile }].map((each) => IdentityConfig.parse(each));
    const authenticate = await authenticatorFor(config);
    for (let again = 0; again < 2; again++) {
      expect(await authenticate(credentials("gw-1", "s3cret"))).toEqual({ name: "gw-1", role: "agent", site: "town" });
      expect(await authenticate(credentials("gw-1", "S3cret"))).toBeUndefined();
      expect(await authenticate(credentials("api", "s3cret"))).toMatchObject({ role: "api" });
    }
    expect(await authenticate(credentials("nobody", "s3cret"))).toBeUndefined();
  });

  it("stop the start with every file that cannot be used", async () => {
    const folder = await tempFolder();
    await writeFile(join(folder, "bad"), "hunter2");
    const config = [
      { name: "a", role: "api", passwordFile: join(folder, "missing") },
      { name: "b", role: "api", passwordFile: join(folder, "bad") },
    ].map((each) => IdentityConfig.parse(each));
    const failure = await authenticatorFor(config).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(ConfigError);
    expect((failure as ConfigError).faults).toHaveLength(2);
    expect(String(failure)).not.toContain("hunter2");
  });
});
