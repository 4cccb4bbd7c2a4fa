import { describe, expect, it } from "vitest";
import { type Press, shortcutOf } from "./shortcuts.ts";

const press = (key: string, more: Partial<Press> = {}): Press => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  ...more,
});

describe("keys", () => {
  it("searches with a slash and with Ctrl-K, the latter from within a field too", () => {
    expect(shortcutOf(press("/"), false)).toBe("search");
    expect(shortcutOf(press("k", { ctrlKey: true }), true)).toBe("search");
    expect(shortcutOf(press("K", { metaKey: true }), false)).toBe("search");
  });

  it("leaves a slash to the field that it is typed into", () => {
    expect(shortcutOf(press("/"), true)).toBeNull();
    expect(shortcutOf(press("?"), true)).toBeNull();
  });

  it("shows the keys with a question mark", () => {
    expect(shortcutOf(press("?"), false)).toBe("help");
  });
});
