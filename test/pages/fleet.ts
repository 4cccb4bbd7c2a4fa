import type { Database } from "@nightflow/storage";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

/** Agents of the town as they spoke last, and how many of their readings came in the last month. */
export async function insertFleet(db: Database, nowMs: number): Promise<void> {
  const north = { ...statusOf("online", nowMs - 30_000, 1200, nowMs), ...northLines(nowMs) };
  const south = statusOf("offline", nowMs - 5 * HOUR_MS, 9_400_000, nowMs);
  await db.query(
    `insert into agent (site, id, is_online, status, status_at) values
       ('town', 'gw-north', true, $1, $3), ('town', 'gw-south', false, $2, $4)`,
    [JSON.stringify(north), JSON.stringify(south), new Date(nowMs - 30_000), new Date(nowMs - 5 * HOUR_MS)],
  );
  await db.query(
    `insert into collection_hour (agent, hour, expected, arrived, late)
     select agent, to_timestamp($1::float8 / 1000) - n * interval '1 hour', 40, 40 - (n * 7 + length(agent)) % 3, 1
       from generate_series(1, 720) n, (values ('town/gw-north'), ('town/gw-south')) as a (agent)`,
    [nowMs],
  );
}

function statusOf(state: "online" | "offline", at: number, bytes: number, nowMs: number) {
  return {
    v: 1,
    state,
    at,
    version: "0.1.0",
    startedAt: nowMs - 9 * DAY_MS,
    outbox: {
      records: bytes / 40,
      bytes,
      maxBytes: 64_000_000,
      oldestReadAt: nowMs - 5 * HOUR_MS,
      dropped: 0,
      alarm: false,
      policy: "dropOldest",
      holdsH: 212.5,
    },
    pollsSkipped: 3,
  };
}

function northLines(nowMs: number) {
  const counted = { polls: 5184, failures: 31, pollsSkipped: 3, lastGoodAt: nowMs - 40_000 };
  const line = { isOpen: true, fault: null, load: 0.34, requests: 9120, timeouts: 31, exceptions: 2, strays: 1 };
  const fault = "cannot open 10.2.0.7:502 (ETIMEDOUT): is the gateway powered, and its address right?";
  const unit = { polls: 720, failures: 0, lastError: null, successRatio: 1, latencyMs: 42, latencyMaxMs: 180 };
  return {
    clock: { offsetMs: 120, roundTripMs: 60, measuredAt: nowMs - 30_000, alarm: false },
    buses: [
      { bus: "old-town", kind: "modbus", state: "partly", units: 3, good: 2, ...counted, line },
      {
        ...{ bus: "pump-house", kind: "modbus", state: "silent", units: 1, good: 0, ...counted, lastGoodAt: null },
        line: { ...line, isOpen: false, fault, load: 0 },
      },
      { bus: "hotel", kind: "opcua", state: "good", units: 1, good: 1, ...counted, failures: 0, pollsSkipped: 0 },
    ],
    opcua: opcUaOf(nowMs),
    units: [
      { meter: "H-0101", state: "good", lastGoodAt: nowMs - 40_000, ...unit },
      {
        ...{ meter: "H-0202", state: "silent", lastGoodAt: nowMs - 5 * HOUR_MS, ...unit, failures: 300 },
        ...{ lastError: "no answer within 800 ms", timeouts: 301, successRatio: 0 },
      },
      { meter: "HOTEL-1", state: "good", lastGoodAt: nowMs - 40_000, ...unit },
    ],
  };
}

function opcUaOf(nowMs: number) {
  const endpointUrl = "opc.tcp://10.2.0.9:4840";
  const times = { validFrom: nowMs - 90 * DAY_MS, expiresAt: nowMs + 400 * DAY_MS };
  const seen = { firstSeenAt: nowMs - HOUR_MS, lastSeenAt: nowMs, endpointUrl, bus: "hotel" };
  const code = "BadCertificateUntrusted";
  const remedy = "compare its fingerprint with the server's own display, then trust it";
  return {
    own: {
      ...{ fingerprint: "ab".repeat(32), sha1: "cd".repeat(20), subject: "CN=Nightflow agent gw-north", ...times },
      ...{ applicationUri: "urn:nightflow:town:gw-north", next: null },
    },
    certificates: [
      {
        ...{ fingerprint: "0f".repeat(32), state: "pending", subject: "CN=Hotel plant, O=Example", ...times, ...seen },
        ...{ applicationUri: "urn:hotel:plant", decidedBy: null, decidedAt: null },
      },
    ],
    servers: [
      {
        ...{ bus: "hotel", endpointUrl, state: "refused", security: "Basic256Sha256 SignAndEncrypt" },
        ...{ fault: { code, message: "the server's certificate is not trusted yet", remedy } },
        ...{ items: 4, missingNodes: [], missing: 0 },
        history: { isOffered: null, items: 0, openGaps: 0, filled: 0, gaps: [] },
      },
    ],
  };
}
