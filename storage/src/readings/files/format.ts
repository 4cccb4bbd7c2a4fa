import { NightflowError } from "@nightflow/domain";

/** Formats that readings are written in, by the file's ending: `.parquet`, `.csv`, `.csv.gz`. */
export type ReadingsFormat = "parquet" | "csv" | "csv.gz";

/** The format that a file's name asks for; undefined for any other ending. */
export function formatOfFile(path: string): ReadingsFormat | undefined {
  if (path.endsWith(".parquet")) return "parquet";
  if (path.endsWith(".csv.gz")) return "csv.gz";
  return path.endsWith(".csv") ? "csv" : undefined;
}

/** A file that holds no readings as an export writes them. */
export class ExportFileError extends NightflowError {
  readonly code = "EXPORT_FILE";
  readonly retriable = false;
}
