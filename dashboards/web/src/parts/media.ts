import { useSyncExternalStore } from "react";

/** Whether the window matches a media query now; follows changes. */
export function useMedia(query: string): boolean {
  return useSyncExternalStore(
    (changed) => {
      const list = window.matchMedia(query);
      list.addEventListener("change", changed);
      return () => list.removeEventListener("change", changed);
    },
    () => window.matchMedia(query).matches,
  );
}

/** Whether the system wishes a dark page. */
export function useIsDark(): boolean {
  return useMedia("(prefers-color-scheme: dark)");
}

/** Whether the system wishes as little motion as can be. */
export function useHasLessMotion(): boolean {
  return useMedia("(prefers-reduced-motion: reduce)");
}

/** Whether the window is as narrow as a phone: lists become cards. Same width as in `app.css`. */
export function useIsPhone(): boolean {
  return useMedia("(max-width: 767px)");
}
