import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import {
  hasChromium,
  isWiderThanWindow,
  keepPicture,
  type Look,
  launchBrowser,
  openWindow,
  settled,
  signIn,
} from "./browser.ts";
import { Stage, type World } from "./stage.ts";

/** How long a page may take on a busy machine. */
const SOON = { timeout: 120_000 };

const WORDS = {
  zh: { events: "异常事件", worst: "当前最严重", board: "分区" },
  en: { events: "Events", worst: "Worst now", board: "Districts" },
} as const;

/** From the last place of the navigation to the first tool; none where the navigation is behind a button. */
const ROOM_BESIDE_NAVIGATION_PX = `(() => {
  const last = document.querySelector(".nf-nav a:last-of-type");
  const tools = document.querySelector(".nf-tools");
  return last === null ? 0 : tools.getBoundingClientRect().left - last.getBoundingClientRect().right;
})()`;

/** Counts in `animationsSeen` what begins to move in a dialog from now on. */
const COUNT_ANIMATIONS = `(() => {
  window.animationsSeen = 0;
  document.addEventListener("animationstart", (event) => {
    if (event.target.closest("[role=dialog]")) window.animationsSeen++;
  });
})()`;

/** Two pictures later, so that what was to move has begun to. */
const HAS_MOVED =
  "new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(animationsSeen > 0))))";

describe.runIf(hasChromium())("the pages", () => {
  let stage: Stage;
  let world: World;
  let browser: Browser;
  beforeAll(async () => {
    [stage, browser] = await Promise.all([Stage.open(), launchBrowser()]);
    world = await stage.world();
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });

  const pagesOf = (ids: World): [name: string, address: string][] => [
    ["control-room", "/"],
    ["district", "/?dma=DMA-2"],
    ["events", "/events?state=all"],
    ["event", `/events/${ids.findings.get("home")}`],
    ["tickets", "/tickets"],
    ["meters", "/meters"],
    ["meter", "/meters/HOTEL-1"],
    ["collection", "/collection?by=model"],
    ["missing-readings", "/collection/missing?days=7"],
    ["fleet", "/collection/fleet"],
    ["agent", "/collection/fleet/town/gw-north"],
    ["agent-meters", "/collection/fleet/town/gw-north?part=meters"],
    ["agent-config", "/collection/fleet/town/gw-north?part=config"],
    ["profiles", "/collection/profiles"],
    ["profile", "/collection/profiles/new-meter"],
    ["commission", "/commission/HOTEL-1"],
    ["commands", "/collection/commands"],
    ["approvals", "/collection/approvals"],
    ["accounts", "/accounts"],
    ["account", `/accounts/${ids.ids.accounts.get("HOTEL-1")}`],
    ["not-found", "/no-such-page"],
  ];

  // Axe takes most of the time; two looks have every colour, width and language between them.
  const LOOKS: readonly (Look & { readonly hasAxe: boolean })[] = [
    { language: "zh", screen: "desktop", colors: "light", hasAxe: true },
    { language: "en", screen: "desktop", colors: "dark", hasAxe: false },
    { language: "zh", screen: "phone", colors: "light", hasAxe: false },
    { language: "en", screen: "phone", colors: "dark", hasAxe: true },
  ];

  it.each(LOOKS)("have no serious fault for assistive programs and nothing is cut: %o", async (look) => {
    const window = await openWindow(browser, world.url, look);
    const page = await window.newPage();
    const errors = errorsOf(page);
    const faultsOf = () => (look.hasAxe ? seriousFaults(page) : []);
    await page.goto("/sign-in");
    await page.getByRole("button").first().waitFor();
    expect(await faultsOf()).toEqual([]);
    await signIn(page, "admin", look.language);
    for (const [name, address] of pagesOf(world)) {
      await page.goto(address);
      await settled(page);
      const found = { name, faults: await faultsOf(), isCut: await isWiderThanWindow(page) };
      expect(found).toEqual({ name, faults: [], isCut: false });
      await keepPicture(page, `${name}-${look.screen}-${look.colors}-${look.language}`);
    }
    expect(errors).toEqual([]);
    await window.close();
  });

  it.each(["zh", "en"] as const)("answer the control room's question in one look (%s)", async (language) => {
    const { window, page } = await signedIn(browser, world, "control", { language });
    const worst = page.getByRole("region", { name: WORDS[language].worst });
    await expect.poll(() => worst.textContent(), SOON).toContain("G-0001");
    expect(await worst.textContent()).toContain("¥3.60");
    const rows = page.getByRole("table", { name: WORDS[language].events }).getByRole("row");
    await expect.poll(() => rows.nth(2).textContent(), SOON).toContain("¥821");
    await window.close();
  });

  it("show a person of one region nothing of another", async () => {
    const { window, page } = await signedIn(browser, world, "desk-north", { language: "en" }, "/events?state=all");
    await page.getByRole("link", { name: "Night flow too high" }).waitFor();
    expect(await page.getByText("G-0001").count()).toBe(0);
    await page.goto(`/events/${world.findings.get("gas")}`);
    await page.getByText("lies outside your region").waitFor();
    await page.goto("/meters/FACTORY-1");
    await page.getByText("lies outside your region").waitFor();
    await window.close();
  });

  it("keep filters in the address, so that a link can be sent and back works", async () => {
    const { window, page } = await signedIn(browser, world, "collector", { language: "en" }, "/meters?status=silent");
    await page.getByRole("link", { name: "H-0401" }).waitFor();
    expect(await page.getByRole("link", { name: "H-0101" }).count()).toBe(0);
    await page.getByRole("link", { name: "H-0401" }).click();
    await page.getByRole("heading", { name: "Meter H-0401" }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "H-0401" }).waitFor();
    expect(new URL(page.url()).searchParams.get("status")).toBe("silent");
    await window.close();
  });

  it("show nobody what he has no right to, and each role its own first page", async () => {
    const manager = await signedIn(browser, world, "manager", { language: "en" });
    await expect.poll(() => new URL(manager.page.url()).pathname, SOON).toBe("/accounts");
    expect(await manager.page.getByRole("link", { name: "Collection" }).count()).toBe(0);
    await manager.page.goto("/collection");
    await manager.page.getByText("You do not have the right").waitFor();
    await manager.window.close();
  });

  it("have their navigation beside the tools and not under them, or behind a button, however wide the window is", async () => {
    const window = await openWindow(browser, world.url, { language: "en" });
    const page = await window.newPage();
    await signIn(page, "admin", "en");
    for (const width of [800, 1099, 1100, 1280, 1299, 1300, 1366, 1440, 1920]) {
      await page.setViewportSize({ width, height: 850 });
      const isNarrow = width < 1300;
      await page.getByRole("button", { name: "Menu" }).waitFor({ state: isNarrow ? "visible" : "hidden" });
      expect(await page.evaluate<number>(ROOM_BESIDE_NAVIGATION_PX), `at ${width} px`).toBeGreaterThanOrEqual(0);
    }
    await window.close();
  });

  it("have dialogs that are there at once for who wants less motion, and that move in for others", async () => {
    const window = await openWindow(browser, world.url, { language: "en" });
    const page = await window.newPage();
    await signIn(page, "admin", "en");
    for (const reducedMotion of ["reduce", "no-preference"] as const) {
      await page.emulateMedia({ reducedMotion });
      await page.evaluate(COUNT_ANIMATIONS);
      await page.getByRole("button", { name: "Search", exact: true }).press("Enter");
      await page.getByRole("dialog").getByRole("textbox", { name: "Search" }).waitFor();
      const isMoving = reducedMotion === "no-preference";
      await expect.poll(() => page.evaluate<boolean>(HAS_MOVED)).toBe(isMoving);
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
    }
    await window.close();
  });

  it("find a meter by a part of its address with the slash key", async () => {
    const { window, page } = await signedIn(browser, world, "control", { language: "zh" });
    await page.keyboard.press("/");
    await page.getByRole("textbox", { name: "搜索" }).fill("港湾路 3");
    await page
      .getByRole("link", { name: /H-0401/ })
      .first()
      .waitFor();
    await window.close();
  });
});

/** A window with somebody signed in, at an address. */
async function signedIn(browser: Browser, world: World, login: string, look: Look, address = "/") {
  const window: BrowserContext = await openWindow(browser, world.url, look);
  const page = await window.newPage();
  await signIn(page, login, look.language, address);
  return { window, page };
}

/** Asked for before it is written: that it is not there yet is the answer. */
const NEW_PROFILE = "/api/meter-profiles/new-meter";

/** Errors that the page throws or writes; a request that is refused before the sign-in is none. */
function errorsOf(page: Page): string[] {
  const errors: string[] = [];
  page.on("pageerror", (error) => errors.push(error.message));
  page.on("console", (message) => {
    const isAnswer = message.text().includes("401") || message.location().url.endsWith(NEW_PROFILE);
    if (message.type() === "error" && !isAnswer) errors.push(message.text());
  });
  return errors;
}
