import type { Database } from "./database.ts";

/** Name of the role by which Grafana reads. */
export const GRAFANA_ROLE = "nightflow_grafana";

/** Where Grafana finds what it may read. */
export interface GrafanaReader {
  readonly role: string;
  readonly database: string;
  /** Host and port of the server as it sees itself; over a socket the port alone. */
  readonly address: string;
}

/**
 * Makes the role by which Grafana reads the hourly series, or gives it a new password: it may read the views of the schema
 * `grafana` and nothing else, in read-only transactions of at most 30 s, on at most 10 connections.
 */
export async function setUpGrafanaReader(db: Database, password: string): Promise<GrafanaReader> {
  return db.transaction(async (tx) => {
    const { rows: known } = await tx.query("select from pg_roles where rolname = $1", [GRAFANA_ROLE]);
    if (known.length === 0) await tx.query(`create role ${GRAFANA_ROLE}`);
    // Role statements take no parameters; the server quotes the password itself.
    const { rows } = await tx.query<{ alter: string }>(
      `select format('alter role ${GRAFANA_ROLE} with login nosuperuser nocreatedb nocreaterole noinherit noreplication
         nobypassrls connection limit 10 password %L', $1::text) as alter`,
      [password],
    );
    await tx.query(rows[0]?.alter ?? "");
    for (const statement of RIGHTS) await tx.query(statement);
    const { rows: places } = await tx.query<{ database: string; host: string | null; port: number }>(
      "select current_database() as database, host(inet_server_addr()) as host, inet_server_port() as port",
    );
    const { database = "", host = null, port = 5432 } = places[0] ?? {};
    return { role: GRAFANA_ROLE, database, address: `${host ?? "localhost"}:${port ?? 5432}` };
  });
}

const RIGHTS = [
  `alter role ${GRAFANA_ROLE} set default_transaction_read_only = on`,
  `alter role ${GRAFANA_ROLE} set statement_timeout = '30s'`,
  `alter role ${GRAFANA_ROLE} set search_path = grafana`,
  `grant usage on schema grafana to ${GRAFANA_ROLE}`,
  `grant select on all tables in schema grafana to ${GRAFANA_ROLE}`,
  `alter default privileges in schema grafana grant select on tables to ${GRAFANA_ROLE}`,
];
