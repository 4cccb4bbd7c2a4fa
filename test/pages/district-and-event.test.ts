import type { Browser, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { hasChromium, isWiderThanWindow, keepPicture, openWindow, settled, signIn } from "./browser.ts";
import { NOW } from "./content.ts";
import { inAFreshWorldEach } from "./each-world.ts";
import type { World } from "./stage.ts";

/** How long a page may take on a busy machine. */
const SOON = { timeout: 120_000 };

const TEXTS = {
  zh: {
    stepTest: "分步关阀测试",
    newTest: "开始新的测试…",
    subZone: "小区",
    closed: "关阀时间",
    record: "记录关阀",
    clear: "明确",
    play: "播放",
    pause: "暂停",
    instant: "回放时刻",
    cause: "可能原因",
    similar: "相似的历史事件",
    toLog: "记入值班日志…",
    note: "内容",
    saveNote: "记入值班日志",
    noted: "已记入值班日志。",
    seeLog: "查看日志",
    report: "上报事件…",
    id: "编号",
    seen: "看到了什么（至少 3 个字）",
    send: "上报事件",
    wall: "老城",
  },
  en: {
    stepTest: "Step test",
    newTest: "New step test…",
    subZone: "Sub-zone",
    closed: "Closed at",
    record: "Record a valve",
    clear: "clear",
    play: "Play",
    pause: "Pause",
    instant: "Instant",
    cause: "Probable cause",
    similar: "Similar past events",
    toLog: "Note in the shift log…",
    note: "Note",
    saveNote: "Note in the shift log",
    noted: "Noted in the shift log.",
    seeLog: "See the log",
    report: "Report an event…",
    id: "Its id",
    seen: "What was seen (at least 3 characters)",
    send: "Report an event",
    wall: "Old Town",
  },
} as const;

/** A local time in Shanghai, so many hours before the town's now. */
const hoursAgo = (hours: number) =>
  new Date(NOW - hours * 3_600_000 + 8 * 3_600_000).toISOString().slice(0, 19).replace("T", " ");

describe.runIf(hasChromium())("the pages of a district and of an event", () => {
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });

  interface Look {
    readonly screen?: "desktop" | "phone";
    readonly colors?: "light" | "dark";
    readonly login?: string;
  }
  const enter = async (language: "zh" | "en", address: string, { login = "control", ...look }: Look = {}) => {
    const window = await openWindow(browser, world.url, { language, ...look });
    const page = await window.newPage();
    await signIn(page, login, language, address);
    await settled(page);
    return page;
  };
  const isSound = async (page: Page) => {
    expect(await seriousFaults(page)).toEqual([]);
    expect(await isWiderThanWindow(page)).toBe(false);
  };
  const finding = (name: string) => world.findings.get(name) ?? "";

  it.each(["zh", "en"] as const)(
    "a district shows where to look, and a step test narrows it (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const page = await enter(language, "/districts/DMA-2");
      const panel = page.getByRole("region", { name: texts.stepTest }).first();
      await panel.getByRole("button", { name: texts.newTest }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(texts.subZone).fill("A-1");
      await dialog.getByLabel(texts.closed).fill(hoursAgo(6));
      await isSound(page);
      await keepPicture(page, `step-test-dialog-${language}`);
      await page.keyboard.press("Enter");
      await dialog.getByRole("button", { name: texts.record }).click();
      await panel.getByText("A-1").first().waitFor();
      await isSound(page);
      await keepPicture(page, `district-${language}`);
      const { rows } = await world.db.query("select sub_zone from step_test_step");
      expect(rows).toEqual([{ sub_zone: "A-1" }]);
    },
  );

  it("a replay stands still until it is played, and goes by keys", async () => {
    const page = await enter("en", "/districts/DMA-2");
    const slider = page.getByRole("slider", { name: TEXTS.en.instant });
    const at = async () => Number(await slider.getAttribute("aria-valuenow"));
    await slider.focus();
    const before = await at();
    await page.keyboard.press("ArrowLeft");
    expect(await at()).toBeLessThan(before);
    const standing = await at();
    await page.getByRole("button", { name: TEXTS.en.play }).press("Enter");
    await expect.poll(at, SOON).toBeGreaterThan(standing);
    await page.getByRole("button", { name: TEXTS.en.pause }).press("Enter");
    await page.getByRole("button", { name: TEXTS.en.play }).waitFor();
  });

  it.each(["zh", "en"] as const)(
    "an event shows its probable cause and goes into the shift log (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const page = await enter(language, `/events/${finding("network")}`);
      await page.getByRole("heading", { name: texts.cause }).waitFor();
      await page.getByRole("heading", { name: texts.similar }).waitFor();
      await page.getByRole("button", { name: texts.toLog }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(texts.note).fill("crew 3 listens at the old bridge");
      await dialog.getByRole("button", { name: texts.saveNote }).click();
      await page.getByText(texts.noted).waitFor();
      await isSound(page);
      await keepPicture(page, `event-around-${language}`);
      await page.getByRole("link", { name: texts.seeLog }).click();
      await page.getByText("crew 3 listens at the old bridge").first().waitFor();
    },
  );

  it.each(["zh", "en"] as const)(
    "an event that a person reports opens, and a second report joins it (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const report = async (seen: string) => {
        const page = await enter(language, "/events");
        await page.getByRole("button", { name: texts.report }).press("Enter");
        const dialog = page.getByRole("dialog");
        await dialog.getByLabel(texts.id).fill("H-0202");
        await dialog.getByLabel(texts.seen).fill(seen);
        await isSound(page);
        await keepPicture(page, `report-event-${language}`);
        await dialog.getByRole("button", { name: texts.send }).click();
        await expect.poll(() => page.url(), SOON).toMatch(/events\/[0-9a-f-]{36}/);
        return page.url();
      };
      expect(await report("water in the cellar")).toBe(await report("still wet"));
    },
  );

  it("somewhere unknown, and an id that does not exist, are told in words", async () => {
    const page = await enter("en", "/districts/NOWHERE");
    await page.getByText(/NOT_FOUND/).waitFor();
    await isSound(page);
    await page.goto("/events");
    await page.getByRole("button", { name: TEXTS.en.report }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(TEXTS.en.id).fill("NOWHERE");
    await dialog.getByLabel(TEXTS.en.seen).fill("smoke");
    await dialog.getByRole("button", { name: TEXTS.en.send }).click();
    await dialog.getByText(/NOT_FOUND/).waitFor();
  });

  it.each([
    ["zh", "phone", "light"],
    ["en", "phone", "dark"],
    ["en", "desktop", "dark"],
  ] as const)("both are sound in %s on a %s, %s", async (language, screen, colors) => {
    const page = await enter(language, "/districts/DMA-2", { screen, colors });
    await isSound(page);
    await keepPicture(page, `district-${language}-${screen}-${colors}`);
    await page.goto(`/events/${finding("network")}`);
    await settled(page);
    await isSound(page);
    await keepPicture(page, `event-around-${language}-${screen}-${colors}`);
  });

  it("the service desk looks at a district and records nothing", async () => {
    const page = await enter("en", "/districts/DMA-2", { login: "desk" });
    await page.getByRole("heading", { name: TEXTS.en.stepTest }).waitFor();
    expect(await page.getByRole("button", { name: TEXTS.en.newTest }).count()).toBe(0);
  });
});
