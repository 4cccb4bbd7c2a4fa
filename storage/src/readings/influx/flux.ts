import { Agent } from "node:http";
import { Agent as TlsAgent } from "node:https";
import { type FluxTableMetaData, InfluxDB } from "@influxdata/influxdb-client";
import { StoreUnavailableError } from "@nightflow/domain";
import { asInfluxError, shortened } from "./influx-errors.ts";

/** Idle time of a connection, not the whole answer's: the consumer may be slow (INFLUXDB 2.8). */
const IDLE_MS = 120_000;

export interface FluxOptions {
  readonly url: string;
  /** A token that may read and nothing else. */
  readonly token: string;
  readonly org: string;
}

/** A row of an answer: columns by name, as the text that the server sent, so that no digit is lost. */
export type FluxRow = Readonly<Record<string, string>>;

/**
 * The rows of a Flux query, one after the other; leaving the loop ends the query on the server. For roll-ups and for what
 * has one type of field: raw counts are read in InfluxQL, for Flux leaves out points of a week with another type.
 *
 * @throws {StoreUnavailableError} also for an error in mid-stream, which the server sends as a row with status 200.
 * @throws {StoreRefusedError} for a wrong token or bucket.
 */
export async function* fluxRows({ url, token, org }: FluxOptions, query: string): AsyncGenerator<FluxRow> {
  const agent = url.startsWith("https:") ? new TlsAgent() : new Agent();
  const api = new InfluxDB({ url, token, timeout: IDLE_MS, transportOptions: { agent } }).getQueryApi(org);
  try {
    for await (const { values, tableMeta } of api.iterateRows(query)) {
      refuseErrorTable(values, tableMeta);
      yield Object.fromEntries(tableMeta.columns.map(({ label, index }) => [label, values[index] ?? ""]));
    }
  } catch (error) {
    throw asInfluxError(error, "asking in Flux");
  } finally {
    agent.destroy();
  }
}

function refuseErrorTable(values: readonly string[], { columns }: FluxTableMetaData): void {
  const place = (name: string) => columns.find(({ label }) => label === name)?.index;
  const error = place("error");
  if (error === undefined || place("reference") === undefined) return;
  throw new StoreUnavailableError(
    `asking in Flux: the query failed after its first rows: ${shortened(values[error] ?? "")}`,
  );
}
