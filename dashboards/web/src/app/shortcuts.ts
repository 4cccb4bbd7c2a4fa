import { useEffect } from "react";

/** Whether keys belong to what the person is typing into. */
export function isTyping(target: EventTarget | null): boolean {
  if (!(target instanceof HTMLElement)) return false;
  return target.isContentEditable || ["INPUT", "TEXTAREA", "SELECT"].includes(target.tagName);
}

/** What of a key press decides whether it is a shortcut. */
export type Press = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey">;

/** `/` and Ctrl-K (⌘K) search, `?` shows the keys. Null: an ordinary key. */
export function shortcutOf(press: Press, isInField: boolean): "search" | "help" | null {
  if ((press.ctrlKey || press.metaKey) && !press.altKey && press.key.toLowerCase() === "k") return "search";
  if (isInField || press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === "/") return "search";
  return press.key === "?" ? "help" : null;
}

/** Calls `act` when the person presses the keys of a shortcut. */
export function useShortcut(wanted: "search" | "help", act: () => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (shortcutOf(event, isTyping(event.target)) !== wanted) return;
      event.preventDefault();
      act();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [wanted, act]);
}
