import { useEffect } from "react";

/** Names the window after what it shows. */
export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined ? "Nightflow" : `${title} · Nightflow`;
  }, [title]);
}
