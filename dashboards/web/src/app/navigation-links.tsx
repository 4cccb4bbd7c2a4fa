import { Link } from "@tanstack/react-router";
import { Button, Drawer } from "antd";
import { useState } from "react";
import { useSession } from "../api/session.ts";
import { common } from "../words/common.ts";
import { useWords } from "../words/use-words.ts";
import { pagesFor } from "./navigation.ts";
import { Person } from "./shell.tsx";

/** Links to the pages that the person may see. */
export function Navigation(props: { readonly className: string; readonly onGo?: () => void }) {
  const { say } = useWords("common", common);
  const { permissions } = useSession();
  return (
    <nav className={props.className} aria-label={say("mainNavigation")}>
      {pagesFor(permissions).map((page) => (
        <Link
          key={page.to}
          to={page.to}
          onClick={props.onGo}
          activeOptions={{ exact: page.to === "/", includeSearch: false }}
        >
          {say(page.word)}
        </Link>
      ))}
    </nav>
  );
}

/** The navigation behind a button, for narrow windows. */
export function MenuButton() {
  const { say } = useWords("common", common);
  const [isOpen, setIsOpen] = useState(false);
  return (
    <>
      <Button type="text" aria-label={say("menu")} aria-expanded={isOpen} onClick={() => setIsOpen(true)}>
        ☰
      </Button>
      <Drawer title={say("menu")} placement="left" size={280} open={isOpen} onClose={() => setIsOpen(false)}>
        <Navigation className="nf-drawer-nav" onGo={() => setIsOpen(false)} />
        <hr />
        <Person />
      </Drawer>
    </>
  );
}
