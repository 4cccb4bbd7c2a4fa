import type { FastifyRequest } from "fastify";
import { expect, test } from "vitest";
import { checkOrigin } from "./origin.ts";

function write(headers: Readonly<Record<string, string>>, method = "POST"): FastifyRequest {
  return { method, headers: { host: "127.0.0.1:8480", ...headers } } as unknown as FastifyRequest;
}

test("a page of the platform itself may write, and so may a program without a browser", () => {
  expect(() => checkOrigin(write({ origin: "http://127.0.0.1:8480" }), undefined)).not.toThrow();
  expect(() => checkOrigin(write({}), undefined)).not.toThrow();
});

test("a page of another site may not write, nor one whose origin the browser hides", () => {
  expect(() => checkOrigin(write({ origin: "https://evil.example" }), undefined)).toThrow(/may not write/);
  expect(() => checkOrigin(write({ origin: "null" }), undefined)).toThrow(/may not write/);
  expect(() => checkOrigin(write({ "sec-fetch-site": "cross-site" }), undefined)).toThrow(/may not write/);
  expect(() => checkOrigin(write({ origin: "http://127.0.0.1:9999" }), undefined)).toThrow(/may not write/);
});

test("behind a proxy the public address counts as our own", () => {
  const request = write({ origin: "https://water.example" });
  expect(() => checkOrigin(request, "https://water.example/nightflow")).not.toThrow();
});

test("reading is not held back", () => {
  expect(() => checkOrigin(write({ origin: "https://evil.example" }, "GET"), undefined)).not.toThrow();
});
