import type { Sql } from "@nightflow/storage";
import type { AgentsHealth } from "./wire.ts";

const MOST_AWAY = 10;

interface AgentRow {
  id: string;
  is_online: boolean;
  is_filling: boolean | null;
  is_clock_off: boolean | null;
}

interface CountRow {
  waiting: number;
  ending: number;
}

/** How the edge agents fare that were not put out. */
export async function agentsHealth(sql: Sql): Promise<AgentsHealth> {
  const [agents, counts] = await Promise.all([
    sql.query<AgentRow>(
      `select a.site || '/' || a.id as id, a.is_online, a.status #>> '{outbox,alarm}' = 'true' as is_filling,
              a.status #>> '{clock,alarm}' = 'true' as is_clock_off from agent a
        where not exists (select 1 from enrolled_agent e where e.site = a.site and e.agent = a.id and e.revoked_at is not null)
        order by a.status_at nulls first, a.site, a.id`,
    ),
    sql.query<CountRow>(
      `select (select count(*)::int from enrolment_request where verdict is null) as waiting,
              (select count(*)::int from enrolled_agent e cross join lateral (
                 select max(expires_at) as expires_at, max(expires_at - issued_at) as life from agent_certificate c
                  where c.site = e.site and c.agent = e.agent and c.revoked_at is null) k
                where e.revoked_at is null and k.expires_at - k.life / 10 <= now()) as ending`,
    ),
  ]);
  const idsOf = (isOne: (row: AgentRow) => boolean | null) => agents.rows.filter(isOne).map(({ id }) => id);
  const away = idsOf((row) => !row.is_online);
  return {
    online: agents.rows.length - away.length,
    offline: away.length,
    away: away.slice(0, MOST_AWAY),
    filling: idsOf((row) => row.is_filling),
    // A clock that was off when its agent went away says nothing of it now.
    clocksOff: idsOf((row) => row.is_online && row.is_clock_off),
    waiting: counts.rows[0]?.waiting ?? 0,
    certificatesEnding: counts.rows[0]?.ending ?? 0,
  };
}
