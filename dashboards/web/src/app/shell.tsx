import { Outlet, useRouter } from "@tanstack/react-router";
import { Button } from "antd";
import { useEffect, useState } from "react";
import { queryClient } from "../api/query-client.ts";
import { sessionQuery, signOut, useSession } from "../api/session.ts";
import { liveConnection, useLostSince } from "../live/connection.ts";
import { useMedia } from "../parts/media.ts";
import { common } from "../words/common.ts";
import { chooseLanguage } from "../words/index.ts";
import { useWords } from "../words/use-words.ts";
import { useVocabulary } from "../words/vocabulary.ts";
import { BusinessClock } from "./business-clock.tsx";
import { KeyboardHelp } from "./keyboard-help.tsx";
import { MenuButton, Navigation } from "./navigation-links.tsx";
import { SearchButton } from "./search-button.tsx";

const CLOCK_CHECK_MS = 5 * 60_000;

/** What surrounds every page behind the sign-in: navigation, search, clock, language, the state of the connection. */
export function Shell() {
  const { say } = useWords("common", common);
  const lostSinceMs = useLostSince();
  useEffect(() => {
    liveConnection.open();
    // Two clocks drift; a look at the server's now and then keeps ours right.
    const timer = setInterval(() => void queryClient.invalidateQueries(sessionQuery), CLOCK_CHECK_MS);
    return () => {
      clearInterval(timer);
      liveConnection.close();
    };
  }, []);
  return (
    <div className={lostSinceMs === null ? "" : "nf-stale"}>
      <a href="#content" className="nf-skip">
        {say("skip")}
      </a>
      <Head />
      <ConnectionBar lostSinceMs={lostSinceMs} />
      <main id="content" tabIndex={-1}>
        <Outlet />
      </main>
      <KeyboardHelp />
    </div>
  );
}

function Head() {
  const { say, language } = useWords("common", common);
  // Every place of an administrator in English, beside the tools with the shortest name.
  const isNarrow = useMedia("(max-width: 1299px)");
  return (
    <header className="nf-head">
      {isNarrow && <MenuButton />}
      <span className="nf-brand">
        <img src="/icon.svg" alt="" width={22} height={22} />
        <span>Nightflow</span>
      </span>
      {!isNarrow && <Navigation className="nf-nav" />}
      <div className="nf-tools">
        <SearchButton />
        <BusinessClock />
        <Button
          type="text"
          lang={language === "zh" ? "en" : "zh-CN"}
          title={say("languageLabel")}
          onClick={() => void chooseLanguage(language === "zh" ? "en" : "zh")}
        >
          {say("language")}
        </Button>
        {!isNarrow && <Person />}
      </div>
    </header>
  );
}

/** Who is signed in, as what, and the way out. */
export function Person() {
  const { say } = useWords("common", common);
  const { word } = useVocabulary();
  const session = useSession();
  const router = useRouter();
  const [isBusy, setIsBusy] = useState(false);
  const leave = async () => {
    setIsBusy(true);
    await signOut().catch(() => setIsBusy(false));
    await router.navigate({ to: "/sign-in" });
  };
  return (
    <>
      <span className="nf-person nf-small" title={`${session.user.login} · ${session.unit.path}`}>
        {session.user.displayName} · {word("role", session.role)}
      </span>
      <Button type="text" loading={isBusy} onClick={() => void leave()}>
        {say("signOut")}
      </Button>
    </>
  );
}

function ConnectionBar(props: { readonly lostSinceMs: number | null }) {
  const { say, language } = useWords("common", common);
  const time = (atMs: number) =>
    new Intl.DateTimeFormat(language === "zh" ? "zh-CN" : "en-GB", { timeStyle: "medium" }).format(atMs);
  return (
    <div role="status">
      {props.lostSinceMs !== null && (
        <div className="nf-lost">⚠ {say("connectionLost", { since: time(props.lostSinceMs) })}</div>
      )}
    </div>
  );
}
