import { ModbusBus, realClock } from "@nightflow/domain";
import { readWords, wordsProfile, wordsUnit } from "@nightflow/edge-agent/testing";
import { plainWord, startDialIn } from "@nightflow/simulators";
import { freePort } from "@nightflow/storage/testing";
import { afterEach, expect, it, vi } from "vitest";

const IMEI = "868120123456789";
const HEARTBEAT = Buffer.from("FE7BFE", "hex");
const closing: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

/** The agent waits for one device on a port. */
function awaited(port: number, registration: object) {
  const bus = ModbusBus.parse({
    id: "dtu",
    kind: "modbus",
    transport: { kind: "dial-in", port, registration, heartbeat: { hex: "FE7BFE" } },
    units: [wordsUnit(1, [100])],
  });
  const lone = readWords(bus, realClock, { profile: wordsProfile([100]) });
  closing.push(() => lone.bus.close());
  return lone;
}

function dialled(port: number, registration: Buffer) {
  const device = startDialIn({ framing: "rtu", port, registration, heartbeat: HEARTBEAT, heartbeatMs: 20 });
  closing.push(() => device.close());
  return device;
}

it("a cellular meter that dials in is read between its heartbeats, and again after its line was lost", async () => {
  const port = await freePort();
  const lone = awaited(port, { imei: IMEI });
  const device = dialled(port, Buffer.from(`IMEI:${IMEI}`));
  await vi.waitFor(() => expect(lone.values("U1.w100")).toContain(plainWord(1, 100)), { timeout: 20_000 });
  device.hangUp();
  const before = lone.values("U1.w100").length;
  await vi.waitFor(() => expect(lone.values("U1.w100").length).toBeGreaterThan(before + 1), { timeout: 20_000 });
  expect(new Set(lone.values("U1.w100"))).toEqual(new Set([plainWord(1, 100)]));
});

it("a device that no bus expects is refused and listed, and the fault of its bus says what to check", async () => {
  const port = await freePort();
  const lone = awaited(port, { text: "PUMP-07" });
  dialled(port, Buffer.from("PUMP-70"));
  await vi.waitFor(() => expect(lone.bus.lineHealth?.().strangers?.[0]?.name).toMatch(/^PUMP-70/), {
    timeout: 20_000,
  });
  expect(lone.bus.lineHealth?.().fault).toMatch(/has not dialled in: check its SIM/);
  expect(lone.values("U1.w100")).toEqual([]);
});
