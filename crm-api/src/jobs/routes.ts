import { jobCensus } from "@nightflow/storage";
import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import { isSessionLive } from "../access/sessions.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { cancelJobs, findJob, jobPage, retryJob, retryJobs, standingOf } from "./care.ts";
import { ProgressStream } from "./progress-stream.ts";
import {
  CancelBody,
  JobCount,
  JobCountQuery,
  JobPage,
  JobQuery,
  JobRow,
  QueueList,
  RetryBody,
  ScheduleList,
} from "./wire.ts";

const tags = ["jobs"];
const read = { permission: "system.job.read" } as const;
const care = { permission: "system.job.retry" } as const;

/** Jobs: what waits, runs and failed for good, and what can be done about it. They belong to no region. */
export function jobRoutes(app: ApiServer, deps: ApiDeps): void {
  listRoutes(app, deps);
  careRoutes(app, deps);
  progressRoute(app, deps);
}

function listRoutes(app: ApiServer, { db, jobs }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/jobs",
    config: read,
    schema: { operationId: "listJobs", tags, querystring: JobQuery, response: { 200: JobPage, ...problems } },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "jobs");
      return jobPage(jobs, request.query);
    },
  });

  app.route({
    method: "GET",
    url: "/jobs/count",
    config: read,
    schema: { operationId: "countJobs", tags, querystring: JobCountQuery, response: { 200: JobCount, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "jobs");
      const { state, ...filter } = request.query;
      return { count: await jobs.count({ ...filter, state: standingOf(state) }) };
    },
  });

  app.route({
    method: "GET",
    url: "/jobs/queues",
    config: read,
    schema: { operationId: "listJobQueues", tags, response: { 200: QueueList, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "jobs");
      return { items: await jobCensus(db) };
    },
  });

  app.route({
    method: "GET",
    url: "/jobs/schedules",
    config: read,
    schema: { operationId: "listJobSchedules", tags, response: { 200: ScheduleList, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "jobs");
      const found = await jobs.schedules();
      return {
        items: found.map(({ queue, key, cron, timeZone, missed, nextFireAt, lastFireAt, fault }) => ({
          ...{ queue, key, cron, timeZone, missed, fault },
          nextFireAt: nextFireAt?.getTime() ?? null,
          lastFireAt: lastFireAt?.getTime() ?? null,
        })),
      };
    },
  });

  app.route({
    method: "GET",
    url: "/jobs/:id",
    config: read,
    schema: { operationId: "getJob", tags, params: IdParams, response: { 200: JobRow, ...problems } },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "jobs");
      return findJob(jobs, request.params.id);
    },
  });
}

/** Retrying and cancelling; each is an audit entry in the same transaction. */
function careRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "POST",
    url: "/jobs/:id/retry",
    config: care,
    schema: { operationId: "retryJob", tags, params: IdParams, response: { 200: JobRow, ...problems } },
    handler: (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "jobs");
      return retryJob(deps, by, request.params.id);
    },
  });

  app.route({
    method: "POST",
    url: "/jobs/retry",
    config: care,
    schema: {
      operationId: "retryJobs",
      tags,
      summary: "Gives dead or cancelled jobs all their tries again.",
      body: RetryBody,
      response: { 200: JobCount, ...problems },
    },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "jobs");
      return { count: await retryJobs(deps, by, request.body) };
    },
  });

  app.route({
    method: "POST",
    url: "/jobs/cancel",
    config: care,
    schema: {
      operationId: "cancelJobs",
      tags,
      summary: "Ends waiting jobs without a try; retrying takes it back.",
      body: CancelBody,
      response: { 200: JobCount, ...problems },
    },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "jobs");
      return { count: await cancelJobs(deps, by, request.body) };
    },
  });
}

function progressRoute(app: ApiServer, { db, jobs }: ApiDeps): void {
  const streams = new Set<ProgressStream>();
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.close();
  });
  app.route({
    method: "GET",
    url: "/jobs/:id/progress",
    exposeHeadRoute: false,
    config: read,
    schema: {
      operationId: "streamJob",
      tags,
      summary: "How a job gets on (SSE): event `job`, data as of the list, with every change until it is over.",
      params: IdParams,
      response: {
        200: { description: "A stream of events.", content: { "text/event-stream": { schema: z.string() } } },
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const { scope, sessionHash } = principalOf(request);
      requireWholeScope(scope, "jobs");
      const { id } = await findJob(jobs, request.params.id);
      reply.hijack();
      const stream = new ProgressStream(reply.raw, { jobs, id, isSessionLive: () => isSessionLive(db, sessionHash) });
      streams.add(stream);
      reply.raw.once("close", () => streams.delete(stream));
      await stream.open();
    },
  });
}
