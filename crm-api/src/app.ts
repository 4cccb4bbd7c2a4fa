import cookie from "@fastify/cookie";
import type { ApiError } from "@nightflow/domain";
import Fastify, { type FastifyBaseLogger, LogController } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { z } from "zod";
import { installGate } from "./access/gate.ts";
import { sessionRoutes } from "./access/routes.ts";
import { principalOfToken } from "./access/sessions.ts";
import { accountRoutes } from "./accounts/routes.ts";
import { agentConfigRoutes } from "./agent-config/routes.ts";
import { alarmRoutes } from "./alarms/routes.ts";
import { anomalyRoutes } from "./anomalies/routes.ts";
import { collectionRoutes } from "./collection/routes.ts";
import { commandRoutes } from "./commands/routes.ts";
import type { ApiDeps } from "./deps.ts";
import { districtRoutes } from "./districts/routes.ts";
import { enrolmentPublicRoutes } from "./enrolment/public-routes.ts";
import { enrolmentRoutes } from "./enrolment/routes.ts";
import { eventRoutes } from "./events/routes.ts";
import { holidayRoutes } from "./holidays/routes.ts";
import { installMetrics } from "./http/api-metrics.ts";
import { handleError } from "./http/error-handler.ts";
import { installOpenApi } from "./http/openapi.ts";
import { installPages } from "./http/pages.ts";
import type { ApiServer } from "./http/types.ts";
import { intervalRoutes } from "./intervals/routes.ts";
import { jobRoutes } from "./jobs/routes.ts";
import { mapRoutes } from "./map/routes.ts";
import { meterProfileRoutes } from "./meter-profiles/routes.ts";
import { meterRoutes } from "./meters/routes.ts";
import { operationsRoutes } from "./operations/routes.ts";
import { overviewRoutes } from "./overview/routes.ts";
import { replayRoutes } from "./replay/routes.ts";
import { reportRoutes } from "./reports/routes.ts";
import { ruleRoutes } from "./rules/routes.ts";
import { setAsideRoutes } from "./set-aside/routes.ts";
import { shiftRoutes } from "./shifts/routes.ts";
import { systemRoutes } from "./system/routes.ts";
import { ticketRoutes } from "./tickets/routes.ts";

const BODY_LIMIT_BYTES = 256 * 1024;

/** The API's server with every route, not listening yet; tests call it with `inject`. */
export async function buildApp(deps: ApiDeps): Promise<ApiServer> {
  const app = newServer(deps);
  if (deps.metrics !== undefined) installMetrics(app, deps.metrics);
  await app.register(cookie);
  await installOpenApi(app);
  installGate(app, {
    publicUrl: deps.config.publicUrl,
    principalOfToken: (token) =>
      principalOfToken(deps.db, token, {
        idleHours: deps.config.sessionHours,
        daysAtMost: deps.config.sessionDaysAtMost,
      }),
  });
  await app.register(async (api) => apiRoutes(api.withTypeProvider<ZodTypeProvider>(), deps), { prefix: "/api" });
  if (deps.webRoot !== undefined) await installPages(app, deps.webRoot);
  app.setNotFoundHandler((request, reply) => {
    reply.code(404).send(noSuchAddress(request.method, request.url));
  });
  return app;
}

function newServer(deps: ApiDeps): ApiServer {
  const app = Fastify({
    loggerInstance: deps.logger as FastifyBaseLogger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: BODY_LIMIT_BYTES,
    trustProxy: "loopback",
    forceCloseConnections: true,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.setErrorHandler(handleError);
  return app;
}

function apiRoutes(api: ApiServer, deps: ApiDeps): void {
  api.addHook("onSend", async (_request, reply) => {
    reply.header("x-content-type-options", "nosniff");
    reply.header("referrer-policy", "same-origin");
    if (!reply.hasHeader("cache-control")) reply.header("cache-control", "no-store");
  });
  sessionRoutes(api, deps);
  overviewRoutes(api, deps);
  districtRoutes(api, deps);
  holidayRoutes(api, deps);
  mapRoutes(api, deps);
  anomalyRoutes(api, deps);
  replayRoutes(api, deps);
  alarmRoutes(api, deps);
  shiftRoutes(api, deps);
  ruleRoutes(api, deps);
  meterRoutes(api, deps);
  intervalRoutes(api, deps);
  collectionRoutes(api, deps);
  setAsideRoutes(api, deps);
  agentConfigRoutes(api, deps);
  meterProfileRoutes(api, deps);
  commandRoutes(api, deps);
  enrolmentRoutes(api, deps);
  enrolmentPublicRoutes(api, deps);
  ticketRoutes(api, deps);
  accountRoutes(api, deps);
  reportRoutes(api, deps);
  eventRoutes(api, deps);
  systemRoutes(api, deps);
  jobRoutes(api, deps);
  operationsRoutes(api, deps);
  api.get(
    "/openapi.json",
    { config: { permission: "public.any.use" }, schema: { hide: true, response: { 200: z.unknown() } } },
    () => api.swagger(),
  );
}

function noSuchAddress(method: string, url: string): ApiError {
  const details = { method, url: url.slice(0, 200) };
  return { code: "NO_SUCH_ADDRESS", message: "nothing is served at this address", details, remedy: null };
}
