import createClient from "openapi-fetch";
import type { paths } from "./generated/schema.d.ts";

/** The HTTP API, typed from its OpenAPI document. */
export const api = createClient<paths>({ baseUrl: "/", credentials: "same-origin" });

/** What the API answers when it does not succeed, as an error that pages can show. */
export class ApiProblem extends Error {
  readonly code: string;
  readonly remedy: string | null;
  readonly status: number;

  constructor(status: number, body: { code?: string; message?: string; remedy?: string | null } | undefined) {
    super(body?.message ?? `HTTP ${status}`);
    this.name = "ApiProblem";
    this.status = status;
    this.code = body?.code ?? `HTTP_${status}`;
    this.remedy = body?.remedy ?? null;
  }
}

/** The data of an answer. @throws {ApiProblem} when there is none. */
export async function dataOf<Data>(
  answer: Promise<{ data?: Data; error?: unknown; response: Response }>,
): Promise<Data> {
  const { data, error, response } = await answer;
  if (data !== undefined && response.ok) return data;
  if (response.status === 204) return undefined as Data;
  throw new ApiProblem(
    response.status,
    error as { code?: string; message?: string; remedy?: string | null } | undefined,
  );
}
