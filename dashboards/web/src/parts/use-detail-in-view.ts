import { type RefObject, useEffect, useRef } from "react";

/** Brings the detail of what was just selected into view where it stands below its list: on narrow screens. */
export function useDetailInView(selected: string | undefined): RefObject<HTMLDivElement | null> {
  const detail = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const isBelow = window.matchMedia("(max-width: 1199px)").matches;
    if (selected !== undefined && isBelow) detail.current?.scrollIntoView({ block: "start" });
  }, [selected]);
  return detail;
}
