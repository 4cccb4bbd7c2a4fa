import { useEffect } from "react";
import { isTyping, type Press } from "../app/shortcuts.ts";

/** What a key does to a list: choose a row, step into its detail, or leave it. Null: an ordinary key. */
export type RowKey = { readonly choose: string } | "detail" | "leave" | null;

/** `j` and `k` go down and up the rows, Enter goes into the detail of the chosen one, Esc leaves it. */
export function rowKeyOf(press: Press, ids: readonly string[], chosen: string | undefined): RowKey {
  if (press.ctrlKey || press.metaKey || press.altKey) return null;
  if (press.key === "Enter") return chosen === undefined ? null : "detail";
  if (press.key === "Escape") return chosen === undefined ? null : "leave";
  const step = { j: 1, k: -1 }[press.key];
  if (step === undefined || ids.length === 0) return null;
  const at = chosen === undefined ? -1 : ids.indexOf(chosen);
  const next = at === -1 ? (step === 1 ? 0 : ids.length - 1) : Math.min(Math.max(at + step, 0), ids.length - 1);
  return { choose: ids[next] ?? "" };
}

/** What the keys of a list act on. */
export interface RowKeys {
  readonly ids: readonly string[];
  readonly chosen: string | undefined;
  readonly onChoose: (id: string | undefined) => void;
  /** Where Enter puts the focus, or what it does. */
  readonly detail: { readonly current: HTMLElement | null } | (() => void);
}

/** Lets a list be read with `j`, `k`, Enter and Esc while nobody types and no dialog is open. */
export function useRowKeys({ ids, chosen, onChoose, detail }: RowKeys): void {
  useEffect(() => {
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented || isTyping(event.target) || isBusyElsewhere(event)) return;
      const key = rowKeyOf(event, ids, chosen);
      if (key === null) return;
      if (key === "leave") onChoose(undefined);
      else if (key === "detail") stepInto(detail);
      else onChoose(key.choose);
      event.preventDefault();
    };
    window.addEventListener("keydown", onKey);
    return () => window.removeEventListener("keydown", onKey);
  }, [ids, chosen, onChoose, detail]);
  useEffect(() => {
    if (chosen !== undefined) document.querySelector(".nf-table .nf-selected")?.scrollIntoView({ block: "nearest" });
  }, [chosen]);
}

/** Whether a key is somebody else's: a dialog or an open choice has its own Esc; Enter on a button or a link is theirs. */
export function isBusyElsewhere(event: KeyboardEvent): boolean {
  if (document.querySelector(".ant-modal-wrap:not([style*='display: none']), .ant-select-open") !== null) return true;
  const isOnControl = event.target instanceof Element && event.target.closest("a, button") !== null;
  return event.key === "Enter" && isOnControl;
}

function stepInto(detail: RowKeys["detail"]): void {
  if (typeof detail === "function") detail();
  else focusFirst(detail.current);
}

function focusFirst(detail: HTMLElement | null): void {
  detail?.querySelector<HTMLElement>("input, textarea, button, a[href]")?.focus();
}
