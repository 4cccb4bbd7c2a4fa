import type { AgentConfig, ConfigFault } from "@nightflow/domain";
import type { Sql } from "@nightflow/storage";

/**
 * Channels whose heartbeat is longer than the period that the registry expects of their meter. With a heartbeat up to the
 * period every period has a reading, whatever report by exception leaves out, and nothing is counted as missing.
 */
export async function faultsOfHeartbeats(sql: Sql, { channels }: AgentConfig): Promise<ConfigFault[]> {
  const byException = channels.flatMap(({ id, reporting }, at) =>
    reporting === undefined ? [] : { id, at, reporting },
  );
  if (byException.length === 0) return [];
  const { rows } = await sql.query<{ id: string; meter: string; period_s: number }>(
    "select ch.id, m.id as meter, m.period_s from channel ch join meter m on m.id = ch.meter_id where ch.id = any($1)",
    [byException.map(({ id }) => id)],
  );
  const expected = new Map(rows.map((row) => [row.id, row]));
  return byException.flatMap(({ id, at, reporting }) => {
    const meter = expected.get(id);
    if (meter === undefined || reporting.heartbeatS <= meter.period_s) return [];
    const message = `${reporting.heartbeatS} s is longer than the period of the meter ${meter.meter} in the registry (${meter.period_s} s): its readings would be counted as missing. Shorten it, or lengthen the meter's period`;
    return [{ path: `channels.${at}.reporting.heartbeatS`, message }];
  });
}
