import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import type { z } from "zod";
import { cleanUpAfterEach, startHarness, TEST_NOW } from "../testing/harness.ts";
import type { FleetAgent, FleetPage } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const unit = (meter: string) => ({
  meter,
  state: "good",
  lastGoodAt: TEST_NOW,
  polls: 9,
  failures: 1,
  lastError: null,
});
const bus = (id: string, state: string) => ({
  ...{ bus: id, kind: "modbus-tcp", state, units: 2, good: 1, lastGoodAt: TEST_NOW },
  ...{ polls: 9, failures: 1, pollsSkipped: 0 },
});
const STATUS = {
  v: 1,
  state: "online",
  at: TEST_NOW,
  version: "0.2.0",
  outbox: {
    ...{ records: 12, bytes: 900, maxBytes: 1000, oldestReadAt: TEST_NOW - 60_000, dropped: 0 },
    ...{ alarm: true, policy: "stop", holdsH: 3.5 },
  },
  buses: [bus("hall", "partly"), bus("pit", "silent")],
  units: [unit("N1"), unit("S1")],
  pollsSkipped: 4,
  clock: { offsetMs: 2500, roundTripMs: 80, measuredAt: TEST_NOW, alarm: true },
};

async function fleetTown() {
  const harness = await startHarness(databases);
  await harness.db.query(
    "update agent set status = $1, status_at = to_timestamp($2::float8 / 1000), is_online = true where id = 'a-north'",
    [JSON.stringify(STATUS), TEST_NOW],
  );
  return harness;
}

test("the fleet shows of each agent its backlog, how long it can hold out, its clock and its buses", async () => {
  const { signIn } = await fleetTown();
  const { body } = await (await signIn("collector")).get<z.infer<typeof FleetPage>>("/api/fleet?online=true");
  expect(body.items).toMatchObject([
    {
      id: "a-north",
      version: "0.2.0",
      outbox: { records: 12, alarm: true, holdsH: 3.5 },
      clock: { offsetMs: 2500, alarm: true },
      busStates: { good: 0, partly: 1, silent: 1, waiting: 0 },
      config: "unmanaged",
      pollsSkipped: 4,
    },
  ]);
});

test("an agent that has said nothing yet is in the list all the same", async () => {
  const { signIn } = await fleetTown();
  const { body } = await (await signIn("collector")).get<z.infer<typeof FleetPage>>("/api/fleet?q=a-south");
  expect(body.items).toMatchObject([{ id: "a-south", version: null, outbox: null, clock: null }]);
});

test("a person of one region sees of an agent only the meters of that region", async () => {
  const { signIn } = await fleetTown();
  const whole = await (await signIn("collector")).get<z.infer<typeof FleetAgent>>("/api/fleet/town/a-north");
  expect(whole.body.units.map(({ meter }) => meter)).toEqual(["N1", "S1"]);
  const north = await (await signIn("collector-north")).get<z.infer<typeof FleetAgent>>("/api/fleet/town/a-north");
  expect(north.body.units.map(({ meter }) => meter)).toEqual(["N1"]);
  expect((await (await signIn("collector-north")).get("/api/fleet/town/a-south")).status).toBe(404);
  expect(whole.body.buses.map(({ bus: id, state }) => [id, state])).toEqual([
    ["hall", "partly"],
    ["pit", "silent"],
  ]);
  const unknown = await (await signIn("collector")).get("/api/fleet/town/nobody");
  expect(unknown.status).toBe(404);
});
