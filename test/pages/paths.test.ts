import type { Browser, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { hasChromium, isWiderThanWindow, keepPicture, openWindow, settled, signIn } from "./browser.ts";
import { NOW } from "./content.ts";
import { inAFreshWorldEach } from "./each-world.ts";
import { openFinding } from "./findings.ts";
import type { Stage, World } from "./stage.ts";
import { PASSWORD } from "./town.ts";

/** How long a page may take on a busy machine. */
const SOON = { timeout: 120_000 };

const TEXTS = {
  zh: {
    accept: "受理",
    start: "开始处理",
    resolve: "办结",
    cause: "原因",
    result: "处理结果",
    followUp: "转回访",
    close: "闭环",
    internal: "内部工单",
    closed: "已闭环",
    steps: "处理过程",
    curve: "用量曲线",
    order: "生成报告",
    open: "打开",
    reportTitle: "用量曲线报告",
  },
  en: {
    accept: "Accept",
    start: "Start work",
    resolve: "Resolve",
    cause: "Cause",
    result: "Result",
    followUp: "Hand to follow-up",
    close: "Close ticket",
    internal: "internal",
    closed: "closed",
    steps: "Steps",
    curve: "Usage curve",
    order: "Order report",
    open: "Open",
    reportTitle: "Usage-curve report",
  },
} as const;

describe.runIf(hasChromium())("paths through the pages", () => {
  let stage: Stage;
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ stage, world, browser } = test);
  });

  const enter = async (login: string, language: "zh" | "en", address = "/") => {
    const window = await openWindow(browser, world.url, { language });
    const page = await window.newPage();
    await signIn(page, login, language, address);
    return page;
  };

  it.each(["zh", "en"] as const)("an operator carries the worst event to a closed ticket (%s)", async (language) => {
    const texts = TEXTS[language];
    const page = await enter("control", language);
    await page.locator(".nf-worst a").first().click();
    const press = (name: string) => page.getByRole("button", { name, exact: true }).click();
    await press(texts.accept);
    await press(texts.start);
    await page.getByRole("button", { name: `${texts.resolve}…` }).click();
    const dialog = page.getByRole("dialog");
    expect(await dialog.getByRole("button", { name: texts.resolve, exact: true }).isDisabled()).toBe(true);
    await dialog.getByLabel(texts.cause).fill("灶具阀门未关 / stove valve left open");
    await dialog.getByLabel(texts.result).fill("已关闭并检查 / closed and checked");
    await dialog.getByRole("button", { name: texts.resolve, exact: true }).click();
    await press(texts.followUp);
    await page.getByRole("button", { name: `${texts.close}…` }).click();
    const internal = dialog.getByRole("radio", { name: texts.internal });
    // The page draws the choice a moment later, on a busy machine after Playwright's own look at it.
    await internal.click();
    await expect.poll(() => internal.isChecked(), SOON).toBe(true);
    await dialog.getByRole("button", { name: texts.close, exact: true }).click();
    await page.locator(".nf-panel .nf-tag", { hasText: texts.closed }).first().waitFor();
    const steps = await page.getByRole("region", { name: texts.steps }).locator(".nf-steps > li").allTextContents();
    expect(steps).toHaveLength(6);
    expect(steps[0]).toContain("王调度");
    await keepPicture(page, `closed-${language}`);
    const { rows } = await world.db.query("select state from ticket where subject = 'G-0001'");
    expect(rows).toEqual([{ state: "closed" }]);
  });

  it("the keyboard alone leads from the sign-in to an accepted ticket", async () => {
    const window = await openWindow(browser, world.url, { language: "en" });
    const page = await window.newPage();
    await page.goto("/");
    await page.getByLabel("User name").waitFor();
    await page.keyboard.type("control");
    await page.keyboard.press("Tab");
    await page.keyboard.type(PASSWORD);
    await page.keyboard.press("Enter");
    await page.locator(".nf-worst a").first().waitFor();
    await tabTo(page, "Gas flow never stops");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Accept" }).waitFor();
    await tabTo(page, "Accept");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Start work" }).waitFor();
  });

  it("tells who was faster, and shows the ticket as it is now", async () => {
    const page = await enter("control", "en", `/events/${world.findings.get("home")}`);
    const accept = page.getByRole("button", { name: "Accept", exact: true });
    await accept.waitFor();
    await page.route("**/api/events", (route) => route.abort());
    await world.db.query("update ticket set state = 'accepted', version = version + 1 where subject = 'H-0201'");
    await accept.click();
    await page.getByRole("button", { name: "Start work" }).waitFor();
  });

  it("an event called a false alarm ends with its reason", async () => {
    const page = await enter("control", "en", `/events/${world.findings.get("home")}`);
    await page.getByRole("button", { name: "False alarm…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(/Reason/).fill("pool was being filled");
    await dialog.getByRole("button", { name: "Confirm" }).click();
    await page.locator("h1 + .nf-tag", { hasText: "false alarm" }).waitFor();
    await page.getByText("pool was being filled").first().waitFor();
    expect(await page.getByRole("button", { name: "False alarm…" }).count()).toBe(0);
  });

  it.each(["zh", "en"] as const)(
    "a manager sees his customer's curve, orders a report and opens it (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const page = await enter("manager", language);
      await page.getByRole("link", { name: "湖滨大酒店" }).first().click();
      await page.getByRole("img", { name: new RegExp(texts.curve) }).waitFor();
      await page.getByRole("button", { name: texts.order }).click();
      const link = page.getByRole("link", { name: texts.open, exact: true });
      await link.waitFor();
      await keepPicture(page, `account-report-${language}`);
      const [report] = await Promise.all([page.context().waitForEvent("page"), link.click()]);
      await report.getByRole("heading", { name: texts.reportTitle }).waitFor();
      expect(await report.locator("svg").count()).toBeGreaterThan(0);
    },
  );

  it("new events are announced while somebody reads, and come in when asked", async () => {
    const page = await enter("control", "en");
    const rows = page.getByRole("table", { name: /Events/ }).locator("tbody tr.ant-table-row");
    await expect.poll(() => rows.count(), SOON).toBe(6);
    await rows.nth(3).hover();
    await openFinding(world.db, world.jobs, {
      rule: "BURST",
      subjectKind: "meter",
      subject: "H-0102",
      dmaId: "DMA-1",
      unitId: world.ids.units.north,
      startsAtMs: NOW - 3_600_000,
      openedAtMs: NOW,
      rateM3h: 60,
      lostM3: 30,
      moneyPerDay: 4320,
      reason: { zh: "流量 60 m³/h", en: "60 m³/h" },
    });
    await page.getByRole("button", { name: "1 new: show them" }).click();
    await expect.poll(() => rows.count(), SOON).toBe(7);
    expect(await rows.nth(1).textContent()).toContain("¥4,320");
  });

  it("a lost connection is said with the time since when, and goes when it is back", async () => {
    const page = await enter("control", "en");
    await page.locator(".nf-worst a").first().waitFor();
    await world.stopApi();
    await page.getByText(/Live connection lost since \d\d:\d\d/).waitFor();
    await keepPicture(page, "connection-lost");
    expect(await seriousFaults(page)).toEqual([]);
    expect(await page.locator(".nf-worst").textContent()).toContain("G-0001");
    await world.startApi();
    await page.getByText("Live connection lost").waitFor({ state: "detached" });
  });

  it("names of 200 characters cut nothing off and push nothing out", async () => {
    const name = "湖滨国际会展中心暨温泉度假酒店管理有限公司".repeat(10).slice(0, 200);
    await world.db.query("update customer set name = $1", [name]);
    await world.db.query("update dma set name_zh = $1, name_en = $2", [
      name,
      "Superlongdistrictname".repeat(10).slice(0, 200),
    ]);
    await world.db.query("update service_point set address = $1", [name]);
    await world.db.query("update app_user set display_name = $1", [name]);
    for (const screen of ["desktop", "phone"] as const) {
      const window = await openWindow(browser, world.url, { language: "zh", screen });
      const page = await window.newPage();
      await signIn(page, "admin", "zh");
      for (const address of [
        "/",
        "/?dma=DMA-2",
        `/events/${world.findings.get("hotel")}`,
        "/tickets",
        "/meters",
        "/accounts",
      ]) {
        await page.goto(address);
        await settled(page);
        const isWide = await isWiderThanWindow(page);
        expect({ address, screen, isWide }).toEqual({ address, screen, isWide: false });
        await keepPicture(page, `long-${screen}${address.replaceAll(/[^a-z]+/gi, "-")}`);
      }
    }
  });

  it("ten thousand meters are listed at once, a page at a time", async () => {
    await world.db.query(
      `insert into meter (id, purpose, commodity, period_s, unit_id)
       select 'A-' || lpad(n::text, 5, '0'), 'customer', 'water', 3600, $1 from generate_series(1, 10000) n`,
      [world.ids.units.south],
    );
    const page = await enter("collector", "en", "/meters");
    const rows = page.getByRole("table").locator("tbody tr.ant-table-row");
    await expect.poll(() => rows.count(), SOON).toBe(100);
    await page.getByRole("button", { name: "Show more" }).click();
    // More than a hundred are too many for a page: those in sight alone are in it, and scrolling brings the rest.
    const inSight = page.locator(".ant-table-tbody-virtual .ant-table-row");
    await expect.poll(() => inSight.count(), SOON).toBeGreaterThan(5);
    // The table may move under the pointer while it fills.
    await expect
      .poll(async () => {
        await page.locator(".ant-table-tbody-virtual").first().hover();
        await page.mouse.wheel(0, 100_000);
        // The end of the list brings the next page, and that its end the next: it may be far beyond by now.
        const [last = ""] = (await inSight.allTextContents()).slice(-1);
        return last.slice(0, "A-00199".length) >= "A-00199";
      }, SOON)
      .toBe(true);
    expect(await inSight.count()).toBeLessThanOrEqual(100);
  });

  it.each(["zh", "en"] as const)("an empty platform says what to do next (%s)", async (language) => {
    const empty = await stage.world("people");
    const page = await (await openWindow(browser, empty.url, { language })).newPage();
    await signIn(page, "admin", language);
    await page.getByText("nightflow registry import").first().waitFor();
    for (const address of ["/", "/events", "/tickets", "/meters", "/collection", "/accounts"]) {
      await page.goto(address);
      await settled(page);
      if (language === "zh") expect({ address, faults: await seriousFaults(page) }).toEqual({ address, faults: [] });
      await keepPicture(page, `empty${address.replaceAll("/", "-")}-${language}`);
    }
  });

  it("the one-time link of a fresh platform makes the first administrator", async () => {
    const fresh = await stage.world("nobody");
    const page = await (await openWindow(browser, fresh.url, { language: "en" })).newPage();
    await page.goto(fresh.setupUrl ?? "");
    await page.getByLabel("User name").fill("root");
    await page.getByLabel(/Password/).fill(PASSWORD);
    await page.getByRole("button", { name: "Make administrator" }).click();
    await page.getByRole("button", { name: "Sign in" }).waitFor();
    await signIn(page, "root", "en");
  });
});

/** Presses Tab until a link or button of that name has the focus. */
async function tabTo(page: Page, name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press("Tab");
    const text = await page.evaluate<string>("document.activeElement?.textContent ?? ''");
    if (text.trim() === name) return;
  }
  throw new Error(`60 times Tab did not reach “${name}”`);
}
