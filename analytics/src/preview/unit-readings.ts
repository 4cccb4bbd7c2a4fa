import type { Curve, ReadingColumns } from "@nightflow/storage/pure";

/** The readings of several channels in the order of their time, as the feed would have brought them. */
export function readingsOf(curves: readonly Curve[], channels: readonly string[]): ReadingColumns {
  const length = curves.reduce((sum, curve) => sum + curve.length, 0);
  const columns = emptyColumns(channels, length);
  let at = 0;
  for (const { of, row } of inOrder(curves)) {
    const curve = curves[of];
    if (curve === undefined) continue;
    columns.channelNos[at] = of;
    columns.readAtMs[at] = curve.readAtMs[row] ?? 0;
    columns.counts[at] = curve.counts[row] ?? 0n;
    columns.gauges[at] = curve.gauges[row] ?? Number.NaN;
    columns.isRegister[at] = Number.isNaN(curve.gauges[row] ?? Number.NaN) ? 1 : 0;
    columns.qualities[at] = curve.qualities[row] ?? 2;
    columns.flags[at] = curve.flags[row] ?? 0;
    at++;
  }
  return columns;
}

function emptyColumns(channels: readonly string[], length: number): ReadingColumns {
  return {
    length,
    channels,
    channelNos: new Int32Array(length),
    readAtMs: new Float64Array(length),
    counts: new BigInt64Array(length),
    gauges: new Float64Array(length).fill(Number.NaN),
    isRegister: new Uint8Array(length),
    qualities: new Uint8Array(length),
    flags: new Uint32Array(length),
    origins: new Uint8Array(length),
  };
}

/** Rows of ascending curves, merged: one as it stands, more by sorting their numbers. */
function* inOrder(curves: readonly Curve[]): Generator<{ readonly of: number; readonly row: number }> {
  const [first] = curves;
  if (first !== undefined && curves.length === 1) {
    for (let row = 0; row < first.length; row++) yield { of: 0, row };
    return;
  }
  const total = curves.reduce((sum, curve) => sum + curve.length, 0);
  const [of, rows, times] = [new Int32Array(total), new Int32Array(total), new Float64Array(total)];
  let at = 0;
  for (const [no, curve] of curves.entries())
    for (let row = 0; row < curve.length; row++, at++) {
      of[at] = no;
      rows[at] = row;
      times[at] = curve.readAtMs[row] ?? 0;
    }
  const order = Uint32Array.from({ length: total }, (_, i) => i).sort((a, b) => (times[a] ?? 0) - (times[b] ?? 0));
  for (const i of order) yield { of: of[i] ?? 0, row: rows[i] ?? 0 };
}
