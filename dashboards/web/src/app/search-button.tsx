import { Button } from "antd";
import { lazy, Suspense, useCallback, useState } from "react";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { useShortcut } from "./shortcuts.ts";

const SearchDialog = lazy(async () => ({ default: (await import("./search-dialog.tsx")).SearchDialog }));

/** Opens the search; `/` and Ctrl-K do so too. */
export function SearchButton() {
  const { say } = useWords("common", common);
  const [isOpen, setIsOpen] = useState(false);
  const [wasOpen, setWasOpen] = useState(false);
  const open = useCallback(() => {
    setIsOpen(true);
    setWasOpen(true);
  }, []);
  useShortcut("search", open);
  return (
    <>
      <Button type="text" aria-label={say("search")} title={`${say("search")} ( / )`} onClick={open}>
        <svg viewBox="0 0 16 16" width="16" height="16" aria-hidden="true" fill="none" stroke="currentColor">
          <circle cx="7" cy="7" r="4.5" strokeWidth="1.5" />
          <path d="m10.5 10.5 4 4" strokeWidth="1.5" strokeLinecap="round" />
        </svg>
      </Button>
      {wasOpen && (
        <Suspense fallback={null}>
          <SearchDialog isOpen={isOpen} onClose={() => setIsOpen(false)} />
        </Suspense>
      )}
    </>
  );
}
