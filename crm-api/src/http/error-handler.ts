import { type ApiError, NightflowError, StoreUnavailableError } from "@nightflow/domain";
import type { FastifyError, FastifyReply, FastifyRequest } from "fastify";
import { hasZodFastifySchemaValidationErrors } from "fastify-type-provider-zod";
import { ApiProblem, TooManyAttemptsProblem } from "./problems.ts";

interface Answer {
  readonly status: number;
  readonly body: ApiError;
}

/** Answers every error in the one shape; nothing of the inside leaves with an unexpected one. */
export function handleError(error: FastifyError | Error, request: FastifyRequest, reply: FastifyReply): FastifyReply {
  const { status, body } = answerTo(error, request.id);
  if (status >= 500) request.log.error({ err: error }, "request failed");
  if (error instanceof TooManyAttemptsProblem) reply.header("retry-after", Math.ceil(error.retryAfterS));
  return reply.code(status).type("application/json; charset=utf-8").send(body);
}

function answerTo(error: FastifyError | Error, requestId: string): Answer {
  if (error instanceof ApiProblem) return problem(error.status, error, error.details);
  if (hasZodFastifySchemaValidationErrors(error)) return invalidRequest(error.validation, error.validationContext);
  if (error instanceof StoreUnavailableError) return problem(503, error, null);
  const status = "statusCode" in error ? error.statusCode : undefined;
  if (status !== undefined && status >= 400 && status < 500 && !(error instanceof NightflowError))
    return {
      status,
      body: { code: "REQUEST_INVALID", message: error.message, details: null, remedy: remedyFor(status) },
    };
  return unexpected(requestId);
}

/** What to do about a request that was refused before its route saw it. */
function remedyFor(status: number): string | null {
  if (status === 413) return "send less at a time; readings files of any size are taken by nightflow import";
  if (status === 415) return "send application/json in UTF-8";
  return null;
}

function problem(status: number, error: NightflowError, details: unknown): Answer {
  return { status, body: { code: error.code, message: error.message, details, remedy: error.remedy ?? null } };
}

function invalidRequest(faults: readonly { instancePath: string; message?: string }[], part = "request"): Answer {
  const details = faults.map((fault) => ({ part, path: fault.instancePath, message: fault.message ?? "is not valid" }));
  const message = details.map((fault) => `${part}${fault.path}: ${fault.message}`).join("; ");
  return { status: 400, body: { code: "REQUEST_INVALID", message, details, remedy: null } };
}

function unexpected(requestId: string): Answer {
  const body: ApiError = {
    code: "INTERNAL",
    message: "something went wrong on the server",
    details: { requestId },
    remedy: "try again; if it stays, give the request id to whoever runs the platform",
  };
  return { status: 500, body };
}
