import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.d.ts";

/** The HTTP API, typed from its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

interface ProblemBody {
  readonly code?: string;
  readonly message?: string;
  readonly remedy?: string | null;
  readonly details?: unknown;
}

/** What the API answers when it does not succeed, as an error that pages can show. Status 0: no answer at all. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly remedy: string | null;
  readonly status: number;
  readonly details: unknown;

  constructor(status: number, body: ProblemBody | undefined, cause?: unknown) {
    super(body?.message ?? `HTTP ${status}`, { cause });
    this.name = "ApiProblem";
    this.status = status;
    this.code = body?.code ?? `HTTP_${status}`;
    this.remedy = body?.remedy ?? null;
    this.details = body?.details ?? null;
  }
}

/**
 * The data of an answer.
 *
 * @throws {ApiProblem} when there is none; code `NETWORK` when the server could not be reached.
 */
export async function dataOf<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer.catch((cause: unknown) => {
    throw new ApiProblem(0, { code: "NETWORK", message: "the server cannot be reached" }, cause);
  });
  if (response.ok) return data as Data;
  throw new ApiProblem(response.status, isBody(error) ? error : undefined);
}

function isBody(error: unknown): error is ProblemBody {
  return typeof error === "object" && error !== null;
}
