import type { Browser } from "playwright-core";
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

const SOON = { timeout: 120_000 };
// One in a hundred of its readings is missing: some of every week are estimates.
const METER = "/meters/HOTEL-1";
const LOOKS: readonly Look[] = [
  { language: "zh", screen: "desktop", colors: "light" },
  { language: "en", screen: "phone", colors: "dark" },
];

describe.runIf(hasChromium())("a meter's intervals on its page", () => {
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

  const open = async (login: string, look: Look = { language: "en" }) => {
    const window = await openWindow(browser, world.url, look);
    const page = await window.newPage();
    await signIn(page, login, look.language, METER);
    await settled(page);
    return { window, page };
  };

  it.each(LOOKS)("have no serious fault for assistive programs and nothing is cut: %o", async (look) => {
    const { window, page } = await open("collector", look);
    const title = look.language === "zh" ? "版本记录" : "Versions";
    await page.getByRole("heading", { name: title }).waitFor(SOON);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await isWiderThanWindow(page)).toBe(false);
    await keepPicture(page, `intervals-${look.language}-${look.screen}`);
    await window.close();
  });

  it("are edited and put back by keyboard alone, with who and why", async () => {
    const { window, page } = await open("collector");
    const box = page
      .getByRole("table", { name: /Intervals/ })
      .getByRole("checkbox")
      .nth(1);
    await box.waitFor(SOON);
    await box.focus();
    await page.keyboard.press("Space");
    await page.getByRole("button", { name: /Edit what is ticked \(1 / }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog", { name: "Edit 1 intervals" });
    await dialog.waitFor(SOON);
    expect(await dialog.getByRole("button", { name: "Save as a new version" }).isDisabled()).toBe(true);
    await dialog.getByLabel(/^All together/).focus();
    await page.keyboard.type("1.25");
    await page.keyboard.press("Tab");
    await page.keyboard.type("read by hand on site");
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: "Save as a new version" }).focus();
    await page.keyboard.press("Enter");
    const versions = page.getByRole("region", { name: "Versions" });
    await versions.getByText("read by hand on site").waitFor(SOON);
    await versions.getByText(/^collector/).waitFor(SOON);
    await versions.getByRole("button", { name: "Undo…" }).focus();
    await page.keyboard.press("Enter");
    const undo = page.getByRole("dialog", { name: "Undo this edit" });
    await undo.getByLabel(/^Why/).fill("wrong meter");
    await undo.getByRole("button", { name: "Undo this edit" }).click();
    await versions.getByText("edit undone").waitFor(SOON);
    expect(await versions.getByRole("button", { name: "Undo…" }).count()).toBe(0);
    await window.close();
  });

  it("are shown to those who may not edit them, without the means to", async () => {
    const { window, page } = await open("desk");
    await page.getByRole("heading", { name: "Versions" }).waitFor(SOON);
    expect(await page.getByRole("button", { name: /Edit what is ticked/ }).count()).toBe(0);
    await window.close();
  });
});
