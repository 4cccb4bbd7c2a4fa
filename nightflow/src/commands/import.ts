import { dataDirOf, type LoadedConfig, loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { ensureSecret } from "../config/secrets.ts";
import { withDatabase } from "../database-place.ts";
import { type ColumnMap, DEFAULT_COLUMNS } from "../importing/csv-readings.ts";
import { type ImportReport, type ImportRequest, importFile } from "../importing/import-file.ts";
import { type ImportPlace, isHeadEndRunning, withOwnHeadEnd } from "../own-head-end.ts";
import { UsageError } from "./failure.ts";
import { resolutionOf, zoneOf } from "./replay.ts";

/** Options of `nightflow import`, as text from the command line. */
export interface ImportCommand {
  readonly kind: string;
  readonly timeZone: string;
  readonly resolution: string;
  readonly columns?: string;
  readonly unit?: string;
  readonly config?: string;
}

/** `nightflow import FILE`: to the head-end that runs, else to one of its own, with progress. */
export async function runImport(file: string, options: ImportCommand): Promise<void> {
  const loaded = loadConfig(options.config);
  const request = requestOf(file, options);
  const logger = makeLogger("warn", "import");
  const work = async (place: ImportPlace) => {
    const before = await place.store?.counts();
    const report = await importFile({ ...place, site: loaded.config.site, logger }, request, showProgress);
    process.stderr.write("\n");
    const after = await place.store?.counts();
    printReport(report, before === undefined || after === undefined ? null : after.stored - before.stored);
  };
  if (await isHeadEndRunning(loaded)) await withRunningHeadEnd(loaded, work);
  else {
    process.stderr.write("no head-end runs on the configured port: starting one for this import\n");
    await withOwnHeadEnd(loaded, logger, work);
  }
}

async function withRunningHeadEnd(loaded: LoadedConfig, work: (place: ImportPlace) => Promise<void>): Promise<void> {
  const { host, port } = loaded.config.broker;
  const password = ensureSecret(dataDirOf(loaded), "mqtt-import");
  await withDatabase(loaded, makeLogger("warn", "import"), (db) =>
    work({ db, mqttUrl: `mqtt://${host}:${port}`, password, store: null }),
  );
}

function requestOf(file: string, options: ImportCommand): ImportRequest {
  if (options.kind !== "customer" && options.kind !== "district")
    throw new UsageError(`--kind is customer or district, not ${options.kind}`);
  return {
    file,
    kind: options.kind,
    timeZone: zoneOf(options.timeZone),
    resolutionM3: resolutionOf(options.resolution),
    ...(options.columns === undefined ? {} : { columns: columnsOf(options.columns) }),
    ...(options.unit === undefined ? {} : { unitCode: options.unit }),
  };
}

/** `meter=id,read_at=time` as a column map. @throws {UsageError} naming what is wrong. */
export function columnsOf(text: string): ColumnMap {
  const names: Record<string, keyof ColumnMap> = {
    meter: "meter",
    read_at: "readAt",
    forward_total_m3: "forwardTotal",
  };
  const columns: Record<keyof ColumnMap, string> = { ...DEFAULT_COLUMNS };
  for (const pair of text.split(",")) {
    const [name = "", column] = pair.split("=");
    const key = names[name.trim()];
    if (key === undefined || column === undefined || column.trim() === "")
      throw new UsageError(
        `--columns: "${pair}" is not one of ${Object.keys(names).join(", ")} followed by = and a column`,
      );
    columns[key] = column.trim();
  }
  return columns;
}

function showProgress(done: number, total: number): void {
  const share = total === 0 ? 100 : Math.floor((done / total) * 100);
  process.stderr.write(`\rstored for good: ${done.toLocaleString("en")} of ${total.toLocaleString("en")} (${share} %)`);
}

function printReport(report: ImportReport, newRows: number | null): void {
  const stored = newRows === null ? "" : `, ${newRows} of them new`;
  process.stdout.write(
    `${report.sent} readings in ${report.batches} batches are stored for good${stored}; ${report.newMeters} new meters; ${report.faults} rows left out\n`,
  );
  for (const { line, reason, text } of report.examples) process.stdout.write(`  line ${line}: ${reason}: ${text}\n`);
  if (report.faults > report.examples.length)
    process.stdout.write(`  and ${report.faults - report.examples.length} more\n`);
}
