import type { Sql } from "@nightflow/storage";
import type { AgentsHealth } from "./wire.ts";

const MOST_AWAY = 10;

interface CountRow {
  waiting: number;
  ending: number;
}

/** How the edge agents fare that were not put out. */
export async function agentsHealth(sql: Sql): Promise<AgentsHealth> {
  const [agents, counts] = await Promise.all([
    sql.query<{ id: string; is_online: boolean }>(
      `select a.site || '/' || a.id as id, a.is_online from agent a
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
  const away = agents.rows.filter(({ is_online: isOnline }) => !isOnline).map(({ id }) => id);
  return {
    online: agents.rows.length - away.length,
    offline: away.length,
    away: away.slice(0, MOST_AWAY),
    waiting: counts.rows[0]?.waiting ?? 0,
    certificatesEnding: counts.rows[0]?.ending ?? 0,
  };
}
