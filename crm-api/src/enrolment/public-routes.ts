import { AuthorityInfo, EnrolmentAnswer, JoinRequest, RenewRequest } from "@nightflow/domain";
import { z } from "zod";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { revocationList } from "./crl.ts";
import { describeRoot, deskOf } from "./desk.ts";
import { join, outcomeOfRequest } from "./join.ts";
import { JoinLimit } from "./limit.ts";
import { renew } from "./renew.ts";
import { PollBody } from "./wire.ts";

const tags = ["enrolment"];
const config = { permission: "public.any.use" } as const;
const BODY_LIMIT_BYTES = 32 * 1024;

const crlResponse = {
  description: "The certificates that were revoked and have not expired, PEM.",
  content: { "text/plain": { schema: z.string() } },
};

/** What agents ask for without a sign-in: to join, to be told, to renew. Bounded in rate and size. */
export function enrolmentPublicRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  const limit = new JoinLimit(deps.enrolment?.config.joinsPerMinute ?? 1);
  const context = () => ({ db, clock, desk: deskOf(deps.enrolment) });

  app.route({
    method: "GET",
    url: "/enrolment/authority",
    config,
    schema: {
      operationId: "getEnrolmentAuthority",
      tags,
      summary: "The authority to trust; compare its fingerprint with one from elsewhere.",
      response: { 200: AuthorityInfo, ...problems },
    },
    handler: () => describeRoot(deskOf(deps.enrolment).signer.rootPem),
  });

  app.route({
    method: "GET",
    url: "/enrolment/revoked.crl.pem",
    config,
    schema: {
      operationId: "getRevocationList",
      tags,
      summary: "For brokers that follow nothing else, such as Mosquitto.",
      response: { 200: crlResponse, ...problems },
    },
    handler: async (request, reply) => {
      limit.take(request.ip);
      return reply.type("text/plain").send(await revocationList(db, deskOf(deps.enrolment)));
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/join",
    config,
    bodyLimit: BODY_LIMIT_BYTES,
    schema: {
      operationId: "joinPlatform",
      tags,
      summary: "An agent asks for its certificate; asked again with the same key and token, it is answered the same.",
      body: JoinRequest,
      response: { 200: EnrolmentAnswer, ...problems },
    },
    handler: (request) => {
      limit.take(request.ip);
      return join(context(), request.body, request.ip);
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/join/:id",
    config,
    bodyLimit: BODY_LIMIT_BYTES,
    schema: {
      operationId: "askAboutJoining",
      tags,
      summary: "What became of a request that was held for approval.",
      params: IdParams,
      body: PollBody,
      response: { 200: EnrolmentAnswer, ...problems },
    },
    handler: (request) => {
      limit.take(request.ip);
      return outcomeOfRequest(context(), request.params.id, request.body.secret);
    },
  });

  app.route({
    method: "POST",
    url: "/enrolment/renew",
    config,
    bodyLimit: BODY_LIMIT_BYTES,
    schema: {
      operationId: "renewCertificate",
      tags,
      summary: "An agent gets its next certificate by proving that it holds the key of the one it has.",
      body: RenewRequest,
      response: { 200: EnrolmentAnswer, ...problems },
    },
    handler: (request) => {
      limit.take(request.ip);
      return renew(context(), request.body, request.ip);
    },
  });
}
