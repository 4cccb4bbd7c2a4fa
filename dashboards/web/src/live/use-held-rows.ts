import { type RefObject, useRef, useState } from "react";
import { holdBack, type Identified } from "./held-rows.ts";

const TOP_PX = 80;

/** A list that does not jump: its rows, how many new ones wait, and what shows them. */
export interface HeldRows<Row> {
  readonly rows: readonly Row[];
  readonly waiting: number;
  readonly showAll: () => void;
  readonly list: RefObject<HTMLDivElement | null>;
}

/**
 * Holds new rows back while somebody reads the list: it is scrolled down, or the pointer or the focus is in it.
 * `question` names what was asked for; another question shows its rows at once.
 */
export function useHeldRows<Row extends Identified>(fresh: readonly Row[], question: string): HeldRows<Row> {
  const list = useRef<HTMLDivElement>(null);
  const [shown, setShown] = useState({ question, fresh, ids: idsOf(fresh) });
  if (shown.fresh !== fresh || shown.question !== question) {
    const mayJump = shown.question !== question || shown.ids.length === 0 || !isBeingRead(list.current);
    const isLonger = isPrefix(shown.ids, fresh);
    setShown({ question, fresh, ids: mayJump || isLonger ? idsOf(fresh) : shown.ids });
  }
  const { rows, waiting } = holdBack(shown.ids, fresh);
  return { rows, waiting, list, showAll: () => setShown({ question, fresh, ids: idsOf(fresh) }) };
}

function idsOf(rows: readonly Identified[]): readonly string[] {
  return rows.map((row) => row.id);
}

/** Rows that were asked for with "more" stand behind those that are shown, and hold nobody up. */
function isPrefix(ids: readonly string[], rows: readonly Identified[]): boolean {
  return ids.every((id, index) => rows[index]?.id === id);
}

function isBeingRead(list: HTMLDivElement | null): boolean {
  if (list === null) return false;
  return window.scrollY > TOP_PX || list.matches(":hover") || list.contains(document.activeElement);
}
