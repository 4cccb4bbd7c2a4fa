import { newId, type Role } from "@nightflow/domain";
import { hashPassword, TEST_PASSWORD_COST } from "@nightflow/domain/passwords";
import type { Sql } from "@nightflow/storage";

/** Password of everybody in the test town. */
export const TOWN_PASSWORD = "correct horse";

/** Ids of what stands in the test town. */
export interface Town {
  readonly units: Readonly<Record<"town" | "north" | "south", string>>;
  readonly users: Readonly<Record<string, string>>;
  /** The hotel lies in the north, the factory in the south; `anna` manages both, and both are key accounts. */
  readonly accounts: Readonly<Record<"hotel" | "factory" | "home", string>>;
}

const USERS: readonly (readonly [login: string, role: Role, unit: "town" | "north"])[] = [
  ["admin", "admin", "town"],
  ["collector", "collector", "town"],
  ["control", "control", "town"],
  ["manager", "manager", "town"],
  ["desk", "desk", "town"],
  ["auditor", "auditor", "town"],
  ["desk-north", "desk", "north"],
  ["control-north", "control", "north"],
  ["manager-north", "manager", "north"],
  ["collector-north", "collector", "north"],
  ["auditor-north", "auditor", "north"],
];

/**
 * A small town: units town/, town/north/, town/south/; one DMA, two meters and one key account in each region. Meters are
 * `N1` (hotel), `N2` (a home) and `S1` (factory); inlets `N0`, `S0`; channels `<meter>.forward_total` of 1 L, every hour.
 */
export async function buildTown(sql: Sql): Promise<Town> {
  const units = await insertUnits(sql);
  const users = await insertUsers(sql, units);
  const tariffId = await insertTariff(sql, units.town);
  const manager = users.manager ?? "";
  const accounts = {
    hotel: await insertAccount(sql, {
      no: "A-hotel",
      name: "Hotel",
      unit: units.north,
      tariffId,
      manager,
      point: "N-1",
      dma: "DMA-N",
      meter: "N1",
    }),
    home: await insertAccount(sql, {
      no: "A-home",
      name: "Li",
      unit: units.north,
      tariffId,
      manager: null,
      point: "N-2",
      dma: "DMA-N",
      meter: "N2",
    }),
    factory: await insertAccount(sql, {
      no: "A-factory",
      name: "Factory",
      unit: units.south,
      tariffId,
      manager,
      point: "S-1",
      dma: "DMA-S",
      meter: "S1",
    }),
  };
  await insertInlet(sql, "N0", "DMA-N", units.north);
  await insertInlet(sql, "S0", "DMA-S", units.south);
  await sql.query(
    "insert into agent (site, id, is_online) values ('town', 'a-north', true), ('town', 'a-south', false)",
  );
  return { units, users, accounts };
}

async function insertUnits(sql: Sql): Promise<Town["units"]> {
  const units = { town: newId(), north: newId(), south: newId() };
  await sql.query(
    `insert into org_unit (id, code, parent_id, kind, name_zh, name_en, path, zone, currency) values
       ($1, 'town', null, 'company', '小镇', 'Town', 'town/', 'Asia/Shanghai', 'CNY'),
       ($2, 'north', $1, 'region', '北区', 'North', 'town/north/', null, null),
       ($3, 'south', $1, 'region', '南区', 'South', 'town/south/', null, null)`,
    [units.town, units.north, units.south],
  );
  await sql.query(
    `insert into dma (id, name_zh, name_en, unit_id) values ('DMA-N', '北区', 'North', $1), ('DMA-S', '南区', 'South', $2)`,
    [units.north, units.south],
  );
  return units;
}

async function insertUsers(sql: Sql, units: Town["units"]): Promise<Record<string, string>> {
  const passwordHash = await hashPassword(TOWN_PASSWORD, TEST_PASSWORD_COST);
  const users: Record<string, string> = {};
  for (const [login, role, unit] of USERS) {
    const id = newId();
    users[login] = id;
    await sql.query(
      `insert into app_user (id, login, password_hash, display_name, role, unit_id) values ($1, $2, $3, $2, $4, $5)`,
      [id, login, passwordHash, role, units[unit]],
    );
  }
  return users;
}

async function insertTariff(sql: Sql, unitId: string): Promise<string> {
  const id = newId();
  await sql.query(
    `insert into tariff (id, code, name_zh, name_en, commodity, currency, price_per_m3, valid_from, unit_id)
     values ($1, 'water', '水价', 'Water', 'water', 'CNY', 4.5, '2020-01-01', $2)`,
    [id, unitId],
  );
  return id;
}

interface NewAccount {
  readonly no: string;
  readonly name: string;
  readonly unit: string;
  readonly tariffId: string;
  readonly manager: string | null;
  readonly point: string;
  readonly dma: string;
  readonly meter: string;
}

async function insertAccount(sql: Sql, account: NewAccount): Promise<string> {
  const [customerId, accountId, pointId] = [newId(), newId(), newId()];
  await sql.query("insert into customer (id, no, name, kind, unit_id) values ($1, $2, $3, 'org', $4)", [
    customerId,
    `C${account.no}`,
    account.name,
    account.unit,
  ]);
  await sql.query(
    `insert into account (id, no, customer_id, category, tariff_id, is_key_account, manager_id, unit_id)
     values ($1, $2, $3, 'commercial', $4, $5, $6, $7)`,
    [accountId, account.no, customerId, account.tariffId, account.manager !== null, account.manager, account.unit],
  );
  await sql.query(
    `insert into service_point (id, no, account_id, commodity, dma_id, address, unit_id) values ($1, $2, $3, 'water', $4, $5, $6)`,
    [pointId, account.point, accountId, account.dma, `${account.name} street 1`, account.unit],
  );
  await insertMeter(sql, { id: account.meter, purpose: "customer", pointId, unit: account.unit });
  return accountId;
}

async function insertInlet(sql: Sql, id: string, dma: string, unit: string): Promise<void> {
  await insertMeter(sql, { id, purpose: "dma", pointId: null, unit });
  await sql.query("insert into dma_meter (dma_id, meter_id, sign) values ($1, $2, 1)", [dma, id]);
}

async function insertMeter(
  sql: Sql,
  meter: { id: string; purpose: "customer" | "dma"; pointId: string | null; unit: string },
): Promise<void> {
  await sql.query(
    `insert into meter (id, serial, purpose, commodity, period_s, service_point_id, unit_id)
     values ($1, $1 || '-serial', $2, 'water', 3600, $3, $4)`,
    [meter.id, meter.purpose, meter.pointId, meter.unit],
  );
  await sql.query(
    `insert into channel (id, meter_id, quantity, unit, resolution, agent)
     values ($1::text || '.forward_total', $1, 'forward_total', 'm3', 0.001, $2)`,
    [meter.id, meter.id.startsWith("N") ? "town/a-north" : "town/a-south"],
  );
}

/** What may be said of a test finding. */
export interface NewFinding {
  readonly rule?: string;
  readonly subjectKind?: string;
  readonly subject?: string;
  readonly group?: string;
  readonly state?: string;
  readonly startsAtMs?: number;
  /** When it became knowable; a day after its start without it. */
  readonly openedAtMs?: number;
  readonly moneyPerDay?: number;
  readonly unitId: string;
  readonly accountId?: string | null;
  readonly dmaId?: string | null;
}

/** Puts a finding into the town and gives its id. */
export async function insertFinding(sql: Sql, finding: NewFinding): Promise<string> {
  const id = newId();
  const startsAtMs = finding.startsAtMs ?? Date.UTC(2026, 9, 20);
  const openedAtMs = finding.openedAtMs ?? startsAtMs + 86_400_000;
  const evidence = {
    startAt: startsAtMs,
    knowableAt: openedAtMs,
    actualM3h: 1.2,
    expectedM3h: 0.2,
    floorM3h: 1,
    bandLowM3h: 0.1,
    bandHighM3h: 0.4,
    lostM3: 24,
    estimatedShare: 0,
    reason: { zh: "从不停水", en: "it never stops" },
    clearsWhen: { zh: "停水", en: "it stops" },
    details: {},
  };
  const money = finding.moneyPerDay ?? 72;
  await sql.query(
    `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
       last_seen_at, evidence, rate_m3h, lost_m3, money_per_day, currency, confidence, rank, dma_id, account_id, unit_id)
     values ($1, $2, $3, $4, $5, 'up', $6, 'water', $7, $8, $8, $9, 1, 24, $10, 'CNY', 1, $10, $11, $12, $13)`,
    [
      id,
      finding.rule ?? "CONT_FLOW",
      finding.subjectKind ?? "meter",
      finding.subject ?? "N1",
      finding.group ?? "leak",
      finding.state ?? "open",
      new Date(startsAtMs),
      new Date(openedAtMs),
      JSON.stringify(evidence),
      money,
      finding.dmaId ?? null,
      finding.accountId ?? null,
      finding.unitId,
    ],
  );
  return id;
}

/** Puts an open ticket about a meter into the town and gives its id. */
export async function insertTicket(
  sql: Sql,
  ticket: {
    readonly unitId: string;
    readonly subject?: string;
    readonly state?: string;
    readonly key?: string | null;
    readonly accountId?: string;
    readonly openedAtMs?: number;
    readonly resolveByMs?: number;
  },
): Promise<string> {
  const id = newId();
  const openedAtMs = ticket.openedAtMs ?? Date.UTC(2026, 9, 21);
  const subject = ticket.subject ?? "N1";
  await sql.query(
    `insert into ticket (id, no, key, kind, priority, source, state, title_zh, title_en, subject_kind, subject, cause_group,
       account_id, unit_id, opened_at, respond_by, resolve_by)
     values ($1, $2, $3, 'anomaly', 'P3', 'anomaly', $4, '漏水', 'Leak', 'meter', $5, 'leak', $6, $7, $8, $9, $10)`,
    [
      id,
      `T-${id}`,
      ticket.key === undefined ? `meter:${subject}|leak` : ticket.key,
      ticket.state ?? "new",
      subject,
      ticket.accountId ?? null,
      ticket.unitId,
      new Date(openedAtMs),
      new Date(openedAtMs + 86_400_000),
      new Date(ticket.resolveByMs ?? openedAtMs + 5 * 86_400_000),
    ],
  );
  return id;
}
