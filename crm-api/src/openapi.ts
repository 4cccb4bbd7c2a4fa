import { realClock } from "@nightflow/domain";
import { pino } from "pino";
import { buildApp } from "./app.ts";
import { ApiConfig } from "./config.ts";
import type { ApiDeps } from "./deps.ts";
import type { ApiServer } from "./http/types.ts";

/** The OpenAPI document of the API, from which the pages' client is generated; needs no database and no port. */
export async function openApiDocument(): Promise<object> {
  const app = await buildAppOfNothing();
  await app.ready();
  const document = app.swagger();
  await app.close();
  return document;
}

/** The API with all its routes and nothing behind them. */
export function buildAppOfNothing(): Promise<ApiServer> {
  return buildApp(depsOfNothing());
}

/** Deps that describe routes but serve none: whatever a handler would use is missing. */
function depsOfNothing(): ApiDeps {
  const missing = <Port extends object>(name: string): Port =>
    new Proxy({} as Port, {
      get: () => () => {
        throw new Error(`the ${name} is not there while the API is only described`);
      },
    });
  return {
    db: missing("database"),
    store: missing("reading store"),
    files: missing("file store"),
    jobs: missing("job queue"),
    clock: realClock,
    config: ApiConfig.parse({}),
    logger: pino({ level: "silent" }),
  };
}
