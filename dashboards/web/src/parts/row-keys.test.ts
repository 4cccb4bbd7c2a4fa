import { describe, expect, it } from "vitest";
import { rowKeyOf } from "./row-keys.ts";

const press = (key: string) => ({ key, ctrlKey: false, metaKey: false, altKey: false });
const ids = ["a", "b", "c"];

describe("the keys of a list", () => {
  it("go down with j and up with k, and stay at the ends", () => {
    expect(rowKeyOf(press("j"), ids, undefined)).toEqual({ choose: "a" });
    expect(rowKeyOf(press("j"), ids, "a")).toEqual({ choose: "b" });
    expect(rowKeyOf(press("j"), ids, "c")).toEqual({ choose: "c" });
    expect(rowKeyOf(press("k"), ids, "b")).toEqual({ choose: "a" });
    expect(rowKeyOf(press("k"), ids, undefined)).toEqual({ choose: "c" });
  });

  it("begin anew when the chosen row has gone", () => {
    expect(rowKeyOf(press("j"), ids, "gone")).toEqual({ choose: "a" });
  });

  it("go into the detail with Enter and leave it with Esc", () => {
    expect(rowKeyOf(press("Enter"), ids, "a")).toBe("detail");
    expect(rowKeyOf(press("Escape"), ids, "a")).toBe("leave");
    expect(rowKeyOf(press("Escape"), ids, undefined)).toBeNull();
  });

  it("leave the browser's own keys alone", () => {
    expect(rowKeyOf({ ...press("j"), ctrlKey: true }, ids, "a")).toBeNull();
    expect(rowKeyOf(press("x"), ids, "a")).toBeNull();
    expect(rowKeyOf(press("j"), [], undefined)).toBeNull();
  });
});
