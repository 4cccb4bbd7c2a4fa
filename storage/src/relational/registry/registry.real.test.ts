import { expect, test } from "vitest";
import { testDatabase } from "../../testing/postgres.ts";
import { SMALL_TOWN, table } from "../../testing/small-town.ts";
import { verifyAudit } from "../audit.ts";
import type { Database } from "../database.ts";
import { REGISTRY_CHANNEL } from "../registry-events.ts";
import { importRegistry } from "./import-registry.ts";
import { ensureImportedMeters } from "./imported-meters.ts";
import { loadKnownChannels, loadMeterRegistry } from "./load-registry.ts";
import type { RegistryTables } from "./rows.ts";
import { setPasswordHash } from "./user-passwords.ts";

const databases = testDatabase();
const MARCH = Date.UTC(2026, 2, 1);

async function importTown(database: Database) {
  const result = await importRegistry(database, SMALL_TOWN, { at: MARCH });
  expect(result.faults).toEqual([]);
  return result;
}

async function countRows(database: Database): Promise<number> {
  const { rows } = await database.query<{ n: number }>(
    "select (select count(*) from org_unit) + (select count(*) from meter) + (select count(*) from audit_entry) as n",
  );
  return rows[0]?.n ?? -1;
}

test("a whole town is imported in any order of rows, and a second import changes nothing", async () => {
  const { database } = await databases.fresh();
  expect(await importTown(database)).toMatchObject({ inserted: 24, updated: 0, unchanged: 0 });
  expect(await importTown(database)).toMatchObject({ inserted: 0, updated: 0, unchanged: 24 });
  expect(await verifyAudit(database)).toEqual({ entries: 1, firstFault: undefined });
});

test("a dry run tells what would be and changes nothing", async () => {
  const { database } = await databases.fresh();
  expect(await importRegistry(database, SMALL_TOWN, { dryRun: true })).toMatchObject({ faults: [], inserted: 24 });
  expect(await countRows(database)).toBe(0);
});

test("the other processes hear that the registry has changed, and only then", async () => {
  const { database } = await databases.fresh();
  let heard = 0;
  await database.listen(REGISTRY_CHANNEL, () => heard++);
  await importTown(database);
  await expect.poll(() => heard).toBe(1);
  await importTown(database);
  await importRegistry(database, { units: table("code,parent,kind,name_zh,name_en\nx,town,region,西,West") });
  await expect.poll(() => heard).toBe(2);
});

test("every fault is listed at once with file, line, column and remedy, and nothing is imported", async () => {
  const { database } = await databases.fresh();
  const broken: RegistryTables = {
    ...SMALL_TOWN,
    meters: table(`
id,purpose,commodity,q3_m3h,q4_m3h,period_s,service_point,inlet_of_dma,inlet_sign,unit
M1,customer,water,abc,,900,P1,,,north
M1,customer,water,20,16,,P1,,,north
M2,customer,water,20,16,900,P9,,,north
M3,dma,water,,,900,,,,town
M4,customer,water,,,900,P3,D1,1;1,north
M2,customer,water,,,900,,,,south`),
    channels: table(`
id,meter,quantity,unit,resolution,colour
M2.forward_total,M2,forward_total,kPa,,red
M2.flow,M2,flow,m3/h,0.1,red
M1.flow,M1,flow,m3/h,,red
M 2,M2,flow,m3/h,,red`),
    accounts: table("no,customer,category,manager,unit\nA1,C1,x,desk-north,north"),
    pumps: [],
  };
  const { faults, inserted } = await importRegistry(database, broken);
  expect(faults).toEqual([
    "pumps.csv: there is no such file; name it one of units, holidays, users, tariffs, customers, accounts, dmas, service-points, meters, channels",
    'meters.csv line 2, column q3_m3h: "abc" is not allowed; give a number above 0, such as 2.5',
    "meters.csv line 3, column period_s: the cell is empty; give a whole number above 0",
    'meters.csv line 7, column id: "M2" is in line 4 too; keep one of the two',
    "channels.csv line 1, column colour: there is no such column; the columns are id, meter, quantity, unit, resolution, agent, is_outdoor",
    'channels.csv line 5, column id: "M 2" is not allowed; give an id of 1 to 64 characters of A-Z a-z 0-9 _ . : -',
    'service-points.csv line 3, column account: "A2" is not known; correct it, or add it to accounts.csv',
    'meters.csv line 4, column service_point: "P9" is not known; correct it, or add it to service-points.csv',
    'meters.csv line 7, column unit: "south" is not known; correct it, or add it to units.csv',
    'accounts.csv line 2, column manager: "desk-north" has the role desk; name a user with the role manager',
    "meters.csv line 4, column q4_m3h: 16 is below Q3 (20); Q4 is the higher of the two",
    "meters.csv line 5, column inlet_of_dma: the cell is empty; a meter of purpose dma needs its district",
    "meters.csv line 6, column commodity: it is water, but its service point is for gas; change one",
    "meters.csv line 6, column inlet_of_dma: only meters of purpose dma are inlets; this one is customer",
    "meters.csv line 6, column inlet_sign: there is not one sign for each district of inlet_of_dma; give as many",
    "channels.csv line 2, column unit: kPa is not a unit of forward_total; give one of m3, L, Sm3",
    "channels.csv line 2, column resolution: the cell is empty; forward_total is a register and needs the size of one count",
    "channels.csv line 3, column resolution: flow is a gauge and has no resolution; leave the cell empty",
  ]);
  expect(inserted).toBe(0);
  expect(await countRows(database)).toBe(0);
});

test("a circle of units, a company without a zone and an impossible day are faults", async () => {
  const { database } = await databases.fresh();
  const { faults } = await importRegistry(database, {
    units: table(`
code,parent,kind,name_zh,name_en,zone,currency
a,b,region,甲,A,,
b,a,region,乙,B,,
c,,company,丙,C,Mars/Olympus,CNY
d,,company,丁,D,,CNY`),
    tariffs: table(
      "code,name_zh,name_en,commodity,currency,price_per_m3,valid_from,unit\nt,价,T,water,CNY,1,2026-02-30,d",
    ),
  });
  expect(faults).toEqual([
    'units.csv line 4, column zone: "Mars/Olympus" is not allowed; give a time zone such as Asia/Shanghai',
    'tariffs.csv line 2, column valid_from: "2026-02-30" is not allowed; give a day such as 2026-01-31',
    'units.csv line 2, column parent: "a" is above itself; break the circle',
    'units.csv line 3, column parent: "b" is above itself; break the circle',
    "units.csv line 5, column zone: the cell is empty; a company needs its zone",
  ]);
});

test("files may come one by one, columns that a file lacks keep their values, and a moved unit takes those below it along", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const result = await importRegistry(database, {
    units: table("code,parent,kind,name_zh,name_en\nwest,town,region,西,West\nnorth,west,region,城北,North"),
    meters: table(
      "id,purpose,commodity,period_s,unit,inlet_of_dma\nM3,dma,water,900,town,D1\nM2,customer,water,900,north,",
    ),
  });
  expect(result).toMatchObject({ faults: [], inserted: 1, updated: 3, unchanged: 0 });
  const registry = await loadMeterRegistry(database, MARCH);
  const m3 = registry.find((row) => row.meter === "M3");
  expect(m3?.inletOf).toEqual([{ dma: "D1", sign: 1 }]);
  expect(registry.find((row) => row.meter === "M2")).toMatchObject({
    periodMs: 900_000,
    q3M3h: 2.5,
    unitPath: "town/west/north/",
  });
});

test("a known channel may not change what its counts mean", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const { faults } = await importRegistry(database, {
    channels: table("id,meter,quantity,unit,resolution\nM1.forward_total,M1,forward_total,m3,0.01"),
  });
  expect(faults).toEqual([
    "channels.csv line 2, column resolution: it was 0.001 until now; a changed channel is a new one, give it a new id",
  ]);
});

test("ingest gets the limits of each channel in its own counts", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const limits = (await loadKnownChannels(database)).map((row) => [row.id, row.capacityCounts, row.maxCountsPerHour]);
  expect(limits).toEqual([
    ["M1.flow", null, null],
    ["M1.forward_total", 1_000_000_000, 20_000],
    ["M2.forward_total", 10_000_000, 313],
    ["M3.net_total", null, null],
    ["M4.vb_total", 100_000_000, null],
  ]);
});

test("analytics gets whose a channel is, where it stands and what its volume is worth", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const registry = new Map((await loadMeterRegistry(database, MARCH)).map((row) => [row.channel, row]));
  expect(registry.get("M1.forward_total")).toMatchObject({
    purpose: "customer",
    commodity: "water",
    periodMs: 900_000,
    litresPerCount: 1,
    dma: "D1",
    inletOf: [],
    isKeyAccount: true,
    unitPath: "town/north/",
    zone: "Asia/Shanghai",
    currency: "CNY",
    pricePerM3: 5.35,
    agent: "town/agent-1",
  });
  expect(registry.get("M2.forward_total")).toMatchObject({ litresPerCount: 10, pricePerM3: 3, isKeyAccount: false });
  expect(registry.get("M3.net_total")?.inletOf).toEqual([
    { dma: "D1", sign: 1 },
    { dma: "D2", sign: -1 },
  ]);
  expect(registry.get("M4.vb_total")).toMatchObject({ litresPerCount: 10, account: null, agent: null });
});

test("an imported file brings its unknown meters along, once", async () => {
  const { database } = await databases.fresh();
  const wanted = {
    meters: ["H1", "H2"],
    kind: "customer",
    resolution: 0.001,
    unitCode: "homes",
    zone: "Europe/Madrid",
  } as const;
  expect(await ensureImportedMeters(database, wanted)).toMatchObject({ newMeters: 2, newChannels: 2 });
  const again = await ensureImportedMeters(database, { ...wanted, meters: ["H1", "H2", "H3"] });
  expect(again).toMatchObject({ newMeters: 1, newChannels: 1 });
  expect(again.channels.get("H3")).toBe("H3.forward_total");
  const coarse = await ensureImportedMeters(database, { ...wanted, resolution: 0.01 });
  expect(coarse.channels.get("H1")).toBe("H1.forward_total.0.01");
  expect((await loadMeterRegistry(database, MARCH))[0]).toMatchObject({ zone: "Europe/Madrid", periodMs: 3_600_000 });
});

test("imported districts are inlets of districts of their own, and impossible names are refused together", async () => {
  const { database } = await databases.fresh();
  const wanted = {
    meters: ["dma-A"],
    kind: "district",
    resolution: 0.001,
    unitCode: "it",
    zone: "Europe/Rome",
  } as const;
  await ensureImportedMeters(database, wanted);
  const [row] = await loadMeterRegistry(database, MARCH);
  expect(row).toMatchObject({ purpose: "dma", inletOf: [{ dma: "dma-A", sign: 1 }] });
  const bad = ensureImportedMeters(database, { ...wanted, meters: ["a b", "good-name", "ü"] });
  await expect(bad).rejects.toThrow('2 meter name(s) cannot be ids: "a b", "ü"');
});

test("a new password ends the sessions of its user", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  await database.query(
    "insert into session (token_hash, user_id, expires_at) select 'x', id, now() + interval '1 h' from app_user where login = 'manager'",
  );
  expect(await setPasswordHash(database, "manager", "$argon2id$…")).toBe(true);
  expect(await setPasswordHash(database, "nobody", "$argon2id$…")).toBe(false);
  const { rows } = await database.query("select revoked_at is not null as ended from session");
  expect(rows).toEqual([{ ended: true }]);
});

test("detectors get a unit's holidays, the outdoor air, a meter's parent and error, and the limits of its zone", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const { faults } = await importRegistry(database, {
    holidays: table(`
id,unit,first_day,last_day,name_zh,name_en
spring,town,2026-02-15,2026-02-23,春节,Spring Festival
elsewhere,north,2026-05-01,2026-05-01,庙会,Temple fair`),
    dmas: table(
      "id,name_zh,name_en,parent,unit,pressure_low_kpa,night_use_months\nD1,一区,District 1,,north,180,1;1;1;1;1;2;2;2;1;1;1;1",
    ),
    meters: table(
      "id,purpose,commodity,period_s,parent,error_percent,service_point,unit\nM2,customer,water,3600,M1,5,P2,north",
    ),
    channels: table("id,meter,quantity,unit,is_outdoor\nM3.temperature,M3,temperature,Cel,true"),
  });
  expect(faults).toEqual([]);
  const registry = new Map((await loadMeterRegistry(database, MARCH)).map((row) => [row.channel, row]));
  const spring = { first: "2026-02-15", last: "2026-02-23" };
  expect(registry.get("M2.forward_total")).toMatchObject({
    parent: "M1",
    errorPercent: 5,
    weather: "M3.temperature",
    holidays: [spring, { first: "2026-05-01", last: "2026-05-01" }],
    pressureLimits: { lowKPa: 180, highKPa: null },
  });
  expect(registry.get("M3.net_total")).toMatchObject({ parent: null, holidays: [spring], weather: "M3.temperature" });
  expect(registry.get("M4.vb_total")?.pressureLimits).toBeNull();
});

test("a holiday backwards, a zone's limits crossed and meters that are each other's parent are faults of their lines", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const { faults } = await importRegistry(database, {
    holidays: table("id,unit,first_day,last_day,name_zh,name_en\nh,town,2026-02-15,2026-02-14,节,Feast"),
    dmas: table("id,name_zh,name_en,unit,pressure_low_kpa,pressure_high_kpa\nD1,一区,District 1,north,400,300"),
    meters: table(
      "id,purpose,commodity,period_s,parent,unit\nM1,customer,water,900,M2,north\nM2,customer,water,3600,M1,north",
    ),
  });
  expect(faults.map((fault) => fault.split(":")[0])).toEqual([
    "meters.csv line 2, column parent",
    "meters.csv line 3, column parent",
    "holidays.csv line 2, column last_day",
    "dmas.csv line 2, column pressure_low_kpa",
  ]);
});

test("analytics gets since when a point is closed: from the status that is written, and no longer when it is active again", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const sinceOf = async (channel: string) =>
    (await loadMeterRegistry(database, MARCH)).find((row) => row.channel === channel)?.inactiveSinceMs;
  expect(await sinceOf("M1.forward_total")).toBeNull();
  await database.query("update account set status = 'suspended', status_since = '2026-02-03T04:05:06Z'");
  expect(await sinceOf("M1.forward_total")).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
  await database.query("update service_point set status = 'closed'");
  expect(await sinceOf("M1.forward_total")).toBe(Date.UTC(2026, 1, 3, 4, 5, 6));
  await database.query("update account set status = 'active'");
  expect(await sinceOf("M1.forward_total")).toBeGreaterThan(Date.now() - 60_000);
  await database.query("update service_point set status = 'active'");
  expect(await sinceOf("M1.forward_total")).toBeNull();
});

const closedPoint = (since: string, status = "closed", at = MARCH) =>
  [
    { "service-points": table(`no,commodity,unit,status,status_since\nP1,water,north,${status},${since}`) },
    { at },
  ] as const;

async function sinceOfP1(database: Database): Promise<string | undefined> {
  const { rows } = await database.query<{ since: Date | null }>(
    "select status_since as since from service_point where no = 'P1'",
  );
  return rows[0]?.since?.toISOString();
}

test("since when a point is closed comes from the file: a day in its unit's zone, or a time; the same file twice changes nothing", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const bring = (...args: Parameters<typeof closedPoint>) => importRegistry(database, ...closedPoint(...args));
  expect(await bring("2026-02-03")).toMatchObject({ faults: [], updated: 1 });
  expect(await sinceOfP1(database)).toBe("2026-02-02T16:00:00.000Z");
  expect(await bring("2026-02-03")).toMatchObject({ updated: 0, unchanged: 1 });
  expect(await bring("2026-02-03T08:30+08:00")).toMatchObject({ updated: 1 });
  expect(await sinceOfP1(database)).toBe("2026-02-03T00:30:00.000Z");
  // Another status at the very instant that is stored: what the file says holds, not the time of the import.
  expect(await bring("2026-02-03T08:30+08:00", "suspended")).toMatchObject({ updated: 1 });
  expect(await sinceOfP1(database)).toBe("2026-02-03T00:30:00.000Z");
});

test("an empty cell keeps since when a status holds, and dates a new status by the import", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  await importRegistry(database, ...closedPoint("2026-02-03"));
  expect(await importRegistry(database, ...closedPoint(""))).toMatchObject({ updated: 0 });
  expect(await sinceOfP1(database)).toBe("2026-02-02T16:00:00.000Z");
  await importRegistry(database, ...closedPoint("", "suspended", MARCH + 1234));
  expect(await sinceOfP1(database)).toBe(new Date(MARCH + 1234).toISOString());
});

test("a status that would begin tomorrow, no day, or long before anybody kept books is a fault by name", async () => {
  const { database } = await databases.fresh();
  await importTown(database);
  const faultsOf = async (since: string) => (await importRegistry(database, ...closedPoint(since))).faults;
  const place = "service-points.csv line 2, column status_since: ";
  expect(await faultsOf("2062-02-03")).toEqual([
    `${place}2062-02-03 is still to come, but the status holds now; correct one of them`,
  ]);
  expect(await faultsOf("2026-02-30")).toEqual([expect.stringContaining(`${place}"2026-02-30" is not allowed`)]);
  expect(await faultsOf("03/02/2026")).toEqual([expect.stringContaining(`${place}"03/02/2026" is not allowed`)]);
  expect(await faultsOf("0206-02-03")).toEqual([`${place}0206-02-03 is before 1950; correct it`]);
});
