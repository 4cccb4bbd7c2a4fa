import type { Sql } from "@nightflow/storage";
import type { MeteredChannel } from "../pure/registry.ts";
import { countedIn } from "./counted-in.ts";

interface Subject {
  readonly kind: "district" | "account" | "agent";
  readonly subject: string;
  readonly zone: string;
  readonly commodity: string;
}

/** Keeps the names, zones and commodities of what the series are about. Accounts go by their number: no customer is named here. */
export async function saveSubjects(sql: Sql, meters: Iterable<MeteredChannel>): Promise<void> {
  const subjects = subjectsOf(meters);
  await sql.query(
    `insert into derived_subject (kind, subject, name_zh, name_en, zone, commodity)
     select s.kind, s.subject, coalesce(d.name_zh, a.no, s.subject), coalesce(d.name_en, a.no, s.subject), s.zone, s.commodity
       from unnest($1::text[], $2::text[], $3::text[], $4::text[]) as s (kind, subject, zone, commodity)
       left join dma d on s.kind = 'district' and d.id = s.subject
       left join account a on s.kind = 'account' and a.id::text = s.subject
     on conflict (kind, subject) do update set name_zh = excluded.name_zh, name_en = excluded.name_en,
       zone = excluded.zone, commodity = excluded.commodity`,
    [
      subjects.map(({ kind }) => kind),
      subjects.map(({ subject }) => subject),
      subjects.map(({ zone }) => zone),
      subjects.map(({ commodity }) => commodity),
    ],
  );
}

/** Each subject once; a district that is fed by gas and water meters goes by the first. */
function subjectsOf(meters: Iterable<MeteredChannel>): Subject[] {
  const found = new Map<string, Subject>();
  for (const meter of meters) {
    const { inletOf, dma, account, agent } = countedIn(meter);
    const { zone, commodity } = meter;
    const add = (kind: Subject["kind"], subject: string | null) => {
      if (subject !== null && !found.has(`${kind}|${subject}`))
        found.set(`${kind}|${subject}`, { kind, subject, zone, commodity });
    };
    for (const inlet of inletOf) add("district", inlet.dma);
    add("district", dma);
    add("account", account);
    add("agent", agent);
  }
  return [...found.values()];
}
