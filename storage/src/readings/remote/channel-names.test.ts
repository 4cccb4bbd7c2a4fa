import { expect, test } from "vitest";
import { columnsFrom, rowsOf } from "../reading-columns.ts";
import { HeardNames, ToldNames } from "./channel-names.ts";

const row = (channel: string) => ({
  channel,
  readAtMs: 1000,
  isRegister: true,
  counts: 7n,
  gauge: null,
  quality: 0,
  flags: 0,
  origin: 0,
});
const page = (...channels: string[]) => ({ cursor: 1, hasMore: false, readings: columnsFrom(channels.map(row)) });

test("a channel's name goes to the other thread once, and arrives in every page", () => {
  const [told, heard] = [new ToldNames(), new HeardNames()];
  const first = told.page(page("a", "b"));
  const second = told.page(page("c", "b"));
  expect([first.newNames, second.newNames]).toEqual([["a", "b"], ["c"]]);
  expect(rowsOf(heard.page(structuredClone(first)).readings)).toEqual(["a", "b"].map(row));
  const again = heard.page(structuredClone(second));
  expect(rowsOf(again.readings)).toEqual(["c", "b"].map(row));
  expect([...(again.readings.channelKeys ?? [])]).toEqual([2, 1]);
});
