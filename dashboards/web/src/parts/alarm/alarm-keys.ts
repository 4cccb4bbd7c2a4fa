import { useEffect } from "react";
import { isTyping, type Press } from "../../app/shortcuts.ts";
import { isBusyElsewhere } from "../row-keys.ts";

/** What a key does to the alarms that are ticked, or to the chosen one. */
export type AlarmKey = "acknowledge" | "shelve" | "takeOn" | "tick" | null;

const KEYS: Readonly<Record<string, AlarmKey>> = { a: "acknowledge", s: "shelve", t: "takeOn", x: "tick" };

/** `a` acknowledges, `s` shelves, `t` takes on, `x` ticks the chosen row. Null: an ordinary key. */
export function alarmKeyOf(press: Press): AlarmKey {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  return KEYS[press.key] ?? null;
}

/** Calls `act` for the keys of alarms, while nobody types and no dialog is open. */
export function useAlarmKeys(act: (key: NonNullable<AlarmKey>) => void): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || event.repeat || isTyping(event.target) || isBusyElsewhere(event)) return;
      const key = alarmKeyOf(event);
      if (key === null) return;
      event.preventDefault();
      act(key);
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [act]);
}
