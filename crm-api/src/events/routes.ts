import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import { isSessionLive } from "../access/sessions.ts";
import type { ApiDeps } from "../deps.ts";
import { ConflictProblem } from "../http/problems.ts";
import { problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { EventStream } from "./event-stream.ts";
import { readEventsAfter } from "./live-feed.ts";

const EventsHeaders = z.object({
  "last-event-id": z.coerce.number().int().min(0).optional().meta({ description: "Id of the last event received." }),
});

/** The stream of live events. */
export function eventRoutes(app: ApiServer, deps: ApiDeps): void {
  const streams = new Set<EventStream>();
  deps.metrics?.countStreams(() => streams.size);
  app.addHook("preClose", async () => {
    for (const stream of streams) stream.close();
  });
  app.route({
    method: "GET",
    url: "/events",
    exposeHeadRoute: false,
    config: { permission: "live.event.read" },
    schema: {
      operationId: "streamEvents",
      tags: ["events"],
      summary:
        "Live events (SSE): anomaly, ticket, report, collection; data {id, subject, at}; resume by Last-Event-ID.",
      headers: EventsHeaders,
      response: {
        200: { description: "A stream of events.", content: { "text/event-stream": { schema: z.string() } } },
        ...problems,
      },
    },
    handler: async (request, reply) => {
      if (deps.liveFeed === undefined) throw noLiveEvents();
      const principal = principalOf(request);
      reply.hijack();
      const stream = new EventStream(reply.raw, {
        feed: deps.liveFeed,
        principal,
        afterNo: request.headers["last-event-id"],
        heartbeatMs: deps.config.heartbeatMs,
        readAfter: (no) => readEventsAfter(deps.db, no),
        isSessionLive: () => isSessionLive(deps.db, principal.sessionHash),
      });
      streams.add(stream);
      reply.raw.once("close", () => streams.delete(stream));
      await stream.open().catch(() => stream.close());
    },
  });
}

function noLiveEvents(): ConflictProblem {
  return new ConflictProblem("NO_LIVE_EVENTS", "this process has no feed of live events");
}
