import type { DuckDBConnection } from "@duckdb/node-api";
import { QUALITY_CODES } from "@nightflow/domain";
import type { Curve } from "../../ports.ts";
import type { TimeRange } from "./segments.ts";
import type { StoreState } from "./store-state.ts";
import { chunksOf, columnSlice, takeColumns } from "./vectors.ts";

const { missing } = QUALITY_CODES;

/** The readings of one channel in [fromMs, toMs), ascending, one an instant. */
export async function readCurve(
  connection: DuckDBConnection,
  channel: string,
  fromMs: number,
  toMs: number,
  state: StoreState,
): Promise<Curve> {
  const { no = -1, isRegister = true } = state.channel(channel) ?? {};
  const asked = { channel, no, isRegister, range: { fromMs, toMs } };
  // Tables come in the order of time, each sorted, so that most often nothing is left to sort; sorting costs as much as reading.
  const asTheyLie = await takeOneKind(connection, asked, state);
  if (asTheyLie !== undefined && isAscending(asTheyLie.readAtMs)) return asTheyLie;
  return onePerInstant(await takeSorted(connection, asked, state));
}

interface AskedCurve {
  readonly channel: string;
  readonly no: number;
  readonly isRegister: boolean;
  readonly range: TimeRange;
}

function blankCurve(channel: string, length: number): Curve {
  return {
    channel,
    length,
    readAtMs: new Float64Array(length),
    counts: new BigInt64Array(length),
    gauges: new Float64Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
  };
}

// Without the column that a register, or a gauge, has nothing in. Undefined where a value of the other kind lies among them.
async function takeOneKind(
  connection: DuckDBConnection,
  { channel, no, isRegister, range }: AskedCurve,
  { segments }: StoreState,
): Promise<Curve | undefined> {
  const result = await connection.run(segments.channelSql(no, range, [isRegister ? "counts" : "gauge"]));
  const curve = blankCurve(channel, result.rowCount);
  const { readAtMs, counts, gauges, qualities, flags } = curve;
  let at = 0;
  for await (const chunk of chunksOf(result)) {
    const from = at;
    at = takeColumns(chunk, from, [readAtMs, isRegister ? counts : gauges, qualities, flags]);
    const { hasNulls, isNull } = columnSlice(chunk, 1);
    if (hasNulls)
      for (let i = 0; from + i < at; i++) if (isNull(i) && qualities[from + i] !== missing) return undefined;
  }
  return isRegister ? asRegister(curve) : asGauge(curve);
}

// A missing reading of a register may carry the counts before it.
function asRegister(curve: Curve): Curve {
  curve.gauges.fill(Number.NaN);
  for (let row = 0; row < curve.length; row++) if (curve.qualities[row] === missing) curve.counts[row] = 0n;
  return curve;
}

function asGauge(curve: Curve): Curve {
  for (let row = 0; row < curve.length; row++) if (curve.qualities[row] === missing) curve.gauges[row] = Number.NaN;
  return curve;
}

async function takeSorted(
  connection: DuckDBConnection,
  { channel, no, range }: AskedCurve,
  { segments }: StoreState,
): Promise<Curve> {
  const result = await connection.run(
    `SELECT read_at_ms, CASE WHEN counts IS NULL OR quality = ${missing} THEN 0 ELSE counts END, coalesce(gauge, 'nan'::DOUBLE), quality, flags
      FROM (${segments.channelSql(no, range, ["counts", "gauge", "commit_no"])})
      ORDER BY read_at_ms, quality = ${missing}, commit_no`,
  );
  const curve = blankCurve(channel, result.rowCount);
  const { readAtMs, counts, gauges, qualities, flags } = curve;
  let at = 0;
  for await (const chunk of chunksOf(result)) at = takeColumns(chunk, at, [readAtMs, counts, gauges, qualities, flags]);
  return curve;
}

function isAscending(times: Float64Array): boolean {
  for (let row = 1; row < times.length; row++) if (!((times[row] ?? 0) > (times[row - 1] ?? 0))) return false;
  return true;
}

// Of rows at one instant the first stays; there are more only where a gap was filled and is not compacted yet.
function onePerInstant(curve: Curve): Curve {
  const { channel, length, readAtMs, counts, gauges, qualities, flags } = curve;
  let kept = 0;
  for (let row = 0; row < length; row++) {
    if (row > 0 && readAtMs[row] === readAtMs[kept - 1]) continue;
    if (kept !== row)
      for (const column of [readAtMs, counts, gauges, qualities, flags]) column.copyWithin(kept, row, row + 1);
    kept++;
  }
  if (kept === length) return curve;
  const cut = { readAtMs: readAtMs.slice(0, kept), counts: counts.slice(0, kept), gauges: gauges.slice(0, kept) };
  return { channel, length: kept, ...cut, qualities: qualities.slice(0, kept), flags: flags.slice(0, kept) };
}
