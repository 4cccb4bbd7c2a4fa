import type { FeedPage } from "@nightflow/storage";
import { pino } from "pino";
import { expect, test } from "vitest";
import { columnsOf } from "../testing/series.ts";
import { FeedReader } from "./feed-reader.ts";

test("asks for longer pages while more waits, up to four times, and for usual ones when it has caught up", async () => {
  let hasMore = true;
  const limits: number[] = [];
  const store = {
    changesSince: async (cursor: number, limit: number): Promise<FeedPage> => {
      limits.push(limit);
      return { cursor: cursor + 1, hasMore, readings: columnsOf([]) };
    },
  };
  const reader = new FeedReader(store, 100, pino({ level: "silent" }));
  const next = async () => reader.passed(await reader.next(async () => undefined));
  for (let page = 0; page < 4; page++) await next();
  hasMore = false;
  await next();
  await next();
  expect(limits).toEqual([100, 200, 400, 400, 400, 100]);
});
