import { basename } from "node:path";
import { NightflowError, type WireReading } from "@nightflow/domain";
import { appendAudit, type Database, ensureImportedMeters } from "@nightflow/storage";
import type { Logger } from "pino";
import { IMPORT_IDENTITY } from "../identity.ts";
import type { ImportPlace } from "../own-head-end.ts";
import {
  type ColumnMap,
  type CsvFault,
  type CsvReading,
  countsOfDecimal,
  DEFAULT_COLUMNS,
  hashImport,
  readCsvReadings,
} from "./csv-readings.ts";
import { publishImport } from "./publisher.ts";

/** What to import, and what meters become that nobody knows yet. */
export interface ImportRequest {
  readonly file: string;
  readonly kind: "customer" | "district";
  readonly timeZone: string;
  readonly resolutionM3: number;
  readonly columns?: ColumnMap;
  /** Unit of new meters; absent: the company of that zone, else one made for imports. */
  readonly unitCode?: string;
}

/** What an import did. `faults` are rows that were left out; the first ones are in `examples`. */
export interface ImportReport {
  readonly rows: number;
  readonly sent: number;
  readonly batches: number;
  readonly newMeters: number;
  readonly faults: number;
  readonly examples: readonly CsvFault[];
  /** When the very same import was done before, epoch ms; null for the first time. */
  readonly doneBeforeAt: number | null;
}

/** New meters should go to a unit that the registry does not have. */
export class UnknownUnitError extends NightflowError {
  readonly code = "UNIT_UNKNOWN";
  readonly retriable = false;
}

interface Channel {
  readonly id: string;
  readonly resolution: number;
}

// Blocks hash with the file: another size would make the same file another set of batches.
const BLOCK_READINGS = 2000;
const MOST_EXAMPLES = 20;

/**
 * Sends a file of register readings through MQTT and ingest: meters first, then the readings as batches of the file's
 * hash, each acknowledged end to end. The same file again stores nothing.
 *
 * @param onProgress called with the readings that are stored for good, and all that the file has.
 */
export async function importFile(
  place: ImportPlace & { readonly site: string; readonly logger: Logger },
  request: ImportRequest,
  onProgress: (done: number, total: number) => void = () => {},
): Promise<ImportReport> {
  const { meters, rows } = await survey(request);
  const { channels, newMeters } = await channelsFor(place.db, meters, request);
  const faults = new Faults();
  const target = { ...place, username: IMPORT_IDENTITY, agent: IMPORT_IDENTITY };
  const epoch = await epochOf(request, channels);
  const doneBeforeAt = await importedAt(place.db, epoch);
  const { batches, readings } = await publishImport(target, epoch, blocksOf(request, channels, faults), (done) =>
    onProgress(done, rows),
  );
  const report = { rows, sent: readings, batches, newMeters, faults: faults.count, examples: faults.examples };
  if (doneBeforeAt === null) await keepInAudit(place.db, epoch, request, report);
  return { ...report, doneBeforeAt };
}

/** The epoch of an import: the file, and all that decides which readings its rows become. */
function epochOf(request: ImportRequest, channels: ReadonlyMap<string, Channel>): Promise<string> {
  const { file, columns = DEFAULT_COLUMNS, timeZone } = request;
  const sorted = [...channels].sort(([a], [b]) => (a < b ? -1 : 1));
  return hashImport(file, { columns, timeZone, channels: sorted.map(([, { id, resolution }]) => [id, resolution]) });
}

const AUDIT_ACTION = "readings.import";

async function importedAt(db: Database, epoch: string): Promise<number | null> {
  const { rows } = await db.query<{ at: Date }>(
    "select at from audit_entry where action = $1 and subject = $2 order by no desc limit 1",
    [AUDIT_ACTION, epoch],
  );
  return rows[0]?.at.getTime() ?? null;
}

type Counts = Pick<ImportReport, "sent" | "batches" | "newMeters" | "faults">;

async function keepInAudit(db: Database, epoch: string, request: ImportRequest, counts: Counts): Promise<void> {
  const { sent, batches, newMeters, faults } = counts;
  const { kind, timeZone } = request;
  const after = { file: basename(request.file), kind, timeZone, sent, batches, newMeters, faults };
  const entry = { at: Date.now(), actorId: null, actor: "nightflow import", subjectKind: "import", subject: epoch };
  await db.transaction((tx) => appendAudit(tx, { ...entry, action: AUDIT_ACTION, after }));
}

/** Rows left out: counted, the first ones kept to show. */
class Faults {
  count = 0;
  readonly examples: CsvFault[] = [];

  add(fault: CsvFault): void {
    this.count++;
    if (this.examples.length < MOST_EXAMPLES) this.examples.push(fault);
  }
}

function read({ file, columns = DEFAULT_COLUMNS, timeZone }: ImportRequest) {
  return readCsvReadings(file, { columns, timeZone });
}

async function survey(request: ImportRequest): Promise<{ readonly meters: readonly string[]; readonly rows: number }> {
  const meters = new Set<string>();
  let rows = 0;
  for await (const row of read(request)) {
    rows++;
    if ("meter" in row) meters.add(row.meter);
  }
  return { meters: [...meters], rows };
}

/** The channel of each meter's total: what the registry has, else made now. */
async function channelsFor(db: Database, meters: readonly string[], request: ImportRequest) {
  const { rows } = await db.query<{ meter: string; id: string; resolution: number }>(
    `select distinct on (meter_id) meter_id as meter, id, resolution from channel
     where meter_id = any($1) and quantity in ('vb_total', 'forward_total') order by meter_id, quantity desc, id`,
    [meters],
  );
  const channels = new Map<string, Channel>(rows.map((row) => [row.meter, row]));
  const missing = meters.filter((meter) => !channels.has(meter));
  if (missing.length === 0) return { channels, newMeters: 0 };
  const unitCode = await unitOf(db, request);
  const { kind, resolutionM3: resolution, timeZone: zone } = request;
  const made = await ensureImportedMeters(db, {
    meters: missing,
    kind,
    resolution,
    unitCode,
    zone,
    actor: "nightflow import",
  });
  for (const [meter, id] of made.channels) channels.set(meter, { id, resolution });
  return { channels, newMeters: made.newMeters };
}

/** The unit that new meters belong to. @throws {UnknownUnitError} when the one asked for is not there. */
async function unitOf(db: Database, { unitCode, timeZone }: ImportRequest): Promise<string> {
  if (unitCode === undefined) return await unitOfZone(db, timeZone);
  const { rows } = await db.query("select 1 from org_unit where code = $1", [unitCode]);
  if (rows.length > 0) return unitCode;
  throw new UnknownUnitError(`there is no unit ${unitCode}`, {
    remedy: "add it to units.csv and import the registry first, or leave --unit out",
  });
}

async function unitOfZone(db: Database, zone: string): Promise<string> {
  const { rows } = await db.query<{ code: string }>(
    "select code from org_unit where kind = 'company' and zone = $1 order by path limit 1",
    [zone],
  );
  return rows[0]?.code ?? `IMPORT-${zone.replaceAll("/", ".")}`;
}

async function* blocksOf(
  request: ImportRequest,
  channels: ReadonlyMap<string, Channel>,
  faults: Faults,
): AsyncGenerator<readonly WireReading[]> {
  let block: WireReading[] = [];
  for await (const row of read(request)) {
    const reading = "reason" in row ? row : wireReadingOf(row, channels);
    if ("reason" in reading) faults.add(reading);
    else if (block.push(reading) === BLOCK_READINGS) {
      yield block;
      block = [];
    }
  }
  if (block.length > 0) yield block;
}

function wireReadingOf(row: CsvReading, channels: ReadonlyMap<string, Channel>): WireReading | CsvFault {
  const channel = channels.get(row.meter);
  const text = `${row.meter},${row.value}`;
  if (channel === undefined) return { line: row.line, text, reason: "the meter has no channel for its register" };
  const counts = countsOfDecimal(row.value, channel.resolution);
  if (counts === undefined)
    return {
      line: row.line,
      text,
      reason: `"${row.value}" is not a whole number of counts of ${channel.resolution} m3`,
    };
  const isSafe = counts <= BigInt(Number.MAX_SAFE_INTEGER) && counts >= BigInt(Number.MIN_SAFE_INTEGER);
  return [channel.id, row.readAtMs, isSafe ? Number(counts) : counts.toString(), 0];
}
