import type { FeedPage } from "@nightflow/storage";
import { pino } from "pino";
import { expect, test } from "vitest";
import { columnsOf } from "../testing/series.ts";
import { FeedReader } from "./feed-reader.ts";

test("asks for longer pages where each takes the store long, up to four times, and for usual ones when it is quick again", async () => {
  let nowMs = 0;
  let tookMs = 500;
  const limits: number[] = [];
  const store = {
    changesSince: async (cursor: number, limit: number): Promise<FeedPage> => {
      limits.push(limit);
      nowMs += tookMs;
      return { cursor: cursor + 1, hasMore: true, readings: columnsOf([]) };
    },
  };
  const reader = new FeedReader(store, 100, pino({ level: "silent" }), () => nowMs);
  const next = async () => reader.passed(await reader.next(async () => undefined));
  for (let page = 0; page < 4; page++) await next();
  tookMs = 5;
  await next();
  await next();
  expect(limits).toEqual([100, 200, 400, 400, 400, 100]);
});
