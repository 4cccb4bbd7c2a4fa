import { expect, test } from "vitest";
import { alarmKeyOf } from "./alarm-keys.ts";

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more });

test("a acknowledges, s shelves, t takes on and x ticks; with a modifier a key is the browser's", () => {
  expect(["a", "s", "t", "x", "q"].map((key) => alarmKeyOf(press(key)))).toEqual([
    "acknowledge",
    "shelve",
    "takeOn",
    "tick",
    null,
  ]);
  expect(alarmKeyOf(press("s", { ctrlKey: true }))).toBeNull();
});
