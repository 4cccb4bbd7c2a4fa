import { exportReadings, formatOfFile, importExported } from "@nightflow/storage";
import { loadConfig } from "../config/load.ts";
import { makeLogger } from "../config/log.ts";
import { checkFile } from "../importing/readings-file.ts";
import { UsageError } from "./failure.ts";
import { withOwnStore } from "./own-store.ts";
import { Progress } from "./progress.ts";

/** Options of `nightflow export`, as text from the command line. */
export interface ExportCommand {
  readonly channels?: string;
  readonly from?: string;
  readonly to?: string;
  readonly config?: string;
}

/** `nightflow export FILE`: readings of the embedded store into Parquet or CSV, with progress. */
export async function runExport(file: string, options: ExportCommand): Promise<void> {
  const format = formatOfFile(file);
  if (format === undefined) throw new UsageError(`${file}: name a file that ends in .parquet, .csv or .csv.gz`);
  const range = {
    channels: options.channels?.split(",").map((id) => id.trim()) ?? ("all" as const),
    fromMs: instantOf(options.from, 0),
    toMs: instantOf(options.to, Date.UTC(9999, 0)),
  };
  const progress = new Progress("channels written");
  const report = await withOwnStore(loadConfig(options.config), makeLogger("warn", "export", { fd: 2 }), (store) =>
    exportReadings(store, range, { path: file, format }, (done, total) => progress.show(done, total)),
  );
  progress.end();
  process.stdout.write(`${report.readings} readings of ${report.channels} channels are in ${file}\n`);
}

/** `nightflow import FILE.parquet`: what `export` wrote, into the embedded store; nothing is stored twice. */
export async function runImportExported(file: string, config: string | undefined): Promise<void> {
  checkFile(file);
  const progress = new Progress("rows stored");
  const report = await withOwnStore(
    loadConfig(config),
    makeLogger("warn", "import", { fd: 2 }),
    (store) => importExported(store, file, Date.now(), (done, total) => progress.show(done, total)),
    { canBeNew: true },
  );
  progress.end();
  const { rows, stored, repeats, conflicts } = report;
  process.stdout.write(
    `${rows} rows: ${stored} readings stored, ${repeats} were there already, ${conflicts} are second values and are listed as conflicts\n`,
  );
}

/** An ISO instant of the command line in epoch ms. @throws {UsageError} when it is none. */
function instantOf(text: string | undefined, otherwise: number): number {
  if (text === undefined) return otherwise;
  const ms = Date.parse(text);
  if (Number.isNaN(ms))
    throw new UsageError(`${text} is not an instant, for example 2026-03-01 or 2026-03-01T00:00:00Z`);
  return ms;
}
