import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkAgentConfig } from "@nightflow/domain";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { ModbusGateway, tufMemory } from "../testing/modbus-gateway.ts";
import { runProbe } from "./probe.ts";

const folder = mkdtempSync(join(tmpdir(), "probe-"));
const gateway = new ModbusGateway();
let tcp: string[] = [];
let litres = 123_456_789;

async function probe(...args: string[]): Promise<{ code: number; text: string; progress: string }> {
  let [text, progress] = ["", ""];
  const code = await runProbe([...tcp, "--timeout", "200", ...args], {
    out: (more) => {
      text += more;
    },
    err: (more) => {
      progress += more;
    },
  });
  return { code, text, progress };
}

beforeAll(async () => {
  gateway.units.set(
    3,
    tufMemory(() => litres),
  );
  tcp = ["--tcp", `127.0.0.1:${await gateway.listen()}`];
});

afterAll(async () => {
  await gateway.close();
  rmSync(folder, { recursive: true });
});

describe("probing a meter on a real socket", () => {
  it("finds the unit that is there, and says how far it is", async () => {
    const { code, text, progress } = await probe("--units", "2-4");
    expect([code, text]).toEqual([0, expect.stringContaining("unit 3: answers")]);
    expect(progress).toContain("unit 4: 3 of 3 asked");
  });

  it("finds by two dials the only registers that give both, and writes a profile by which the meter reads well", async () => {
    const file = join(folder, "ours.json");
    const saved = join(folder, "first.json");
    await probe("--units", "3", "--read", "3:0-31", "--dial", "123456.78", "--save", saved);
    litres += 321_000;
    const second = await probe(
      "--units",
      "3",
      "--read",
      "3:0-31",
      "--dial",
      "123777.78",
      "--earlier",
      saved,
      "--write",
      file,
    );
    expect(second.text).toMatch(/1\.00 {2}u?int32 CDAB at 8 \+ float32 CDAB at 10 = 123777\.789/);
    expect(JSON.parse(readFileSync(file, "utf8")).vectors[0]).toMatchObject({ verified: true, value: 123_777.789 });
    const third = await probe("--units", "3", "--profile", file, "--every", "0", "--json");
    expect(JSON.parse(third.text).samples).toMatchObject([{ totalM3: 123_777.789 }, {}, {}]);
  });

  it("writes what an agent and the registry need, and the agent takes it", async () => {
    const { text } = await probe(
      "--units",
      "3",
      "--profile",
      "tuf-2000",
      "--every",
      "0",
      "--setup",
      folder,
      "--meter",
      "W-7",
    );
    expect(text).toContain("Written to");
    const config = JSON.parse(readFileSync(join(folder, "agent-config.json"), "utf8"));
    expect(checkAgentConfig(config).faults).toEqual([]);
    expect(readFileSync(join(folder, "channels.csv"), "utf8")).toContain(
      "W-7.forward_total,W-7,forward_total,m3,0.001,main/gw-1",
    );
  });

  it("says what to do when nobody is there", async () => {
    await expect(runProbe(["--tcp", "127.0.0.1:1"])).rejects.toMatchObject({
      code: "PROBE_NO_LINE",
      remedy: expect.stringContaining("no other master"),
    });
    expect(await probe("--units", "9")).toMatchObject({ code: 1, text: expect.stringContaining("baud rate") });
  });
});
