import { runProbe } from "@nightflow/edge-agent";
import { ENRON_MODEL, type SingleDevice, startSingleDevice } from "@nightflow/simulators";
import { afterEach, describe, expect, it } from "vitest";

/** What a meter shows: totals in litres (of steam in kg, of the flow computer in m³), gauges in the channel's unit. */
const SHOWN: Readonly<Record<string, number>> = {
  flow: -45.25,
  pressure: 412.5,
  temperature: 20.5,
  net_total: 123_000_456,
  forward_total: 123_456_789,
  reverse_total: 456_333,
  vb_total: 987_654_321,
  vm_total: 123_456_789_012,
};
/** What the profile makes of it, by register; in the profile's unit. */
const WATER = { forward_total: 123_456.789, reverse_total: 456.333 };
const EXPECTED: Readonly<Record<string, Readonly<Record<string, number>>>> = {
  "abb-aquamaster3": { flow: -45.25, pressure: 412.5, internal_power: 1 },
  "arkon-mags1": { ...WATER, net_total: 123_000.456, flow: -45.25, temperature: 20.5 },
  "microsensor-mfe600c": { ...WATER, flow: -45.25 },
  "lorric-fu-lt": { forward_total: 123_456.789, flow: -45.25 },
  "tms-thermal-gas": { vb_total: 987_654.321, flow: -45.25, temperature: 20.5 },
  "krohne-altosonic-v12": { vm_total: 123_456_789.012, reverse_total: 456.333 },
};

let device: SingleDevice | undefined;

afterEach(async () => {
  await device?.close();
  device = undefined;
});

/** What the agent reads by a bundled profile, on a real socket. */
async function readBy(model: string, read: (name: string) => number): Promise<Record<string, number | null>> {
  device = await startSingleDevice(model, read);
  let json = "";
  const options = ["--units", "1", "--profile", model, "--every", "0", "--timeout", "1000", "--json"];
  await runProbe(["--tcp", `127.0.0.1:${device.port}`, ...options], {
    out: (text) => {
      json += text;
    },
    err: () => undefined,
  });
  const reads: { name: string; value: number | null }[] = JSON.parse(json).readings[0];
  return Object.fromEntries(reads.map(({ name, value }) => [name, value]));
}

describe("the bundled profiles and meters that were simulated without them say the same", () => {
  it.each(Object.entries(EXPECTED))("%s", async (model, expected) => {
    const reads = await readBy(model, (name) => SHOWN[name] ?? 0);
    for (const [name, value] of Object.entries(expected))
      expect([name, reads[name]]).toEqual([name, expect.closeTo(value, 4)]);
  });

  it("steam, in 16-bit numbers with alarms of now and latched ones apart", async () => {
    const steam: Record<string, number> = { forward_total: 1_234_567, flow: 4000, pressure: 7.5, temperature: 170.5 };
    const reads = await readBy("spirax-tva", (name) => steam[name] ?? 0);
    expect(reads).toMatchObject({ ...steam, steam_state: 2, status: 0, latched: 0, over_pressure: 1 });
  });

  it("a flow computer with 32 bits at each address, in all of its meter runs", async () => {
    const runs: Record<string, number> = {
      flow: 326_787,
      vb_total: 2_923_517_522,
      vm_total: 7,
      "run7.flow": 12.5,
      "run7.vb_total": 99,
    };
    const reads = await readBy(ENRON_MODEL, (name) => runs[name] ?? 0);
    expect(reads).toMatchObject(runs);
  });
});
