import { replaceMap } from "@nightflow/storage";
import type { Browser } from "playwright-core";
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
    shelve: "搁置…",
    reason: "原因（写入审计记录）",
    acknowledged: "已确认 1 条报警。",
    undo: "撤销",
    shelved: "已搁置 1 条报警。",
    note: "新记录",
    carry: "待跟进，直至办结",
    write: "写入日志",
    handOver: "交班…",
    text: "交代事项",
    confirm: "交班",
    accept: "接班",
    taken: /已接班/,
    carried: "待跟进",
    settle: "办结",
  },
  en: {
    shelve: "Shelve…",
    reason: "Reason (kept in the audit trail)",
    acknowledged: "1 acknowledged.",
    undo: "Undo",
    shelved: "1 shelved.",
    note: "New note",
    carry: "Carry on until it is settled",
    write: "Write it down",
    handOver: "Hand over…",
    text: "What the next shift must know",
    confirm: "Hand over",
    accept: "Take this shift",
    taken: /taken by/,
    carried: "Carried on",
    settle: "Settle",
  },
} as const;

/** The smallest size of a text on the wall, in CSS pixels. */
const SMALLEST_TEXT_PX = `Math.min(...[...document.querySelectorAll(".wall *")]
  .filter((element) => [...element.childNodes].some((node) => node.nodeType === 3 && node.textContent.trim() !== ""))
  .map((element) => Number.parseFloat(getComputedStyle(element).fontSize)))`;

/** How many colours are drawn on the map, on a coarse grid. */
const COLORS_OF_THE_MAP = `(() => {
  const canvas = document.querySelector(".wall-map canvas");
  if (canvas === null) return 0;
  const copy = document.createElement("canvas");
  [copy.width, copy.height] = [60, 40];
  const context = copy.getContext("2d");
  context.drawImage(canvas, 0, 0, 60, 40);
  const { data } = context.getImageData(0, 0, 60, 40);
  return new Set(Array.from({ length: 2400 }, (_, at) => data.slice(4 * at, 4 * at + 3).join())).size;
})()`;

describe.runIf(hasChromium())("the control desk", () => {
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });

  const enter = async (
    login: string,
    language: "zh" | "en",
    address = "/",
    screen: "desktop" | "phone" = "desktop",
  ) => {
    const window = await openWindow(browser, world.url, { language, screen });
    const page = await window.newPage();
    await signIn(page, login, language, address);
    return page;
  };

  it("works alarms on a phone: one by its card, many by ticks", async () => {
    const page = await enter("control", "zh", "/events", "phone");
    const cards = page.locator(".nf-cards > li");
    await expect.poll(() => cards.count(), SOON).toBeGreaterThan(3);
    await cards.first().getByRole("button", { name: "确认", exact: true }).click();
    await page.getByText(TEXTS.zh.acknowledged).waitFor();
    expect(await acknowledgedIn(world)).toBe(1);
    await expect.poll(() => cards.count(), SOON).toBeGreaterThan(2);
    const ticks = page.locator(".nf-cards .nf-card-tick");
    const box = await ticks.first().boundingBox();
    expect([(box?.width ?? 0) >= 44, (box?.height ?? 0) >= 44]).toEqual([true, true]);
    // The first one is acknowledged already.
    await ticks.nth(1).click();
    await ticks.nth(2).click();
    await page.getByText("已选 2 条").waitFor();
    expect(await isWiderThanWindow(page)).toBe(false);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "desk-events-phone");
    await page.locator(".nf-bulk").getByRole("button", { name: "确认", exact: true }).click();
    await expect.poll(() => acknowledgedIn(world), SOON).toBe(3);
    await page.getByRole("checkbox", { name: "全部选择" }).click();
    await page.getByText(/已选 \d+ 条/).waitFor();
  });

  it.each(["zh", "en"] as const)("works alarms by keys alone, and takes back what it did (%s)", async (language) => {
    const texts = TEXTS[language];
    const page = await enter("control", language, "/events");
    const rows = page.locator(".ant-table-tbody tr.ant-table-row");
    await expect.poll(() => rows.count(), SOON).toBeGreaterThan(3);
    const before = await rows.count();
    await page.keyboard.press("j");
    await page.keyboard.press("j");
    const second = (await rows.nth(1).getAttribute("data-row-key")) ?? "";
    await page.keyboard.press("a");
    await page.getByText(texts.acknowledged).waitFor();
    expect(await ackOf(world, second)).toBe("王调度");
    await page.getByRole("button", { name: texts.undo }).click();
    await expect.poll(() => ackOf(world, second), SOON).toBeNull();
    await page.keyboard.press("s");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(texts.reason).fill("泵站调试 / pump test");
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: texts.shelve, exact: true }).click();
    await page.getByText(texts.shelved).waitFor();
    await expect.poll(() => rows.count(), SOON).toBe(before - 1);
    await keepPicture(page, `desk-events-${language}`);
    await page.goto("/events?alarm=shelved&state=active");
    await expect.poll(() => rows.count(), SOON).toBe(1);
    await page.keyboard.press("j");
    await page.keyboard.press("Enter");
    await page.getByText("泵站调试 / pump test").waitFor();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, `desk-event-${language}`);
  });

  it("keeps at most a hundred of ten thousand events in the page, and acknowledges a storm at once", async () => {
    await world.db.query(
      `insert into anomaly (id, rule, subject_kind, subject, cause_group, direction, state, commodity, starts_at, opened_at,
         last_seen_at, evidence, money_per_day, currency, confidence, rank, dma_id, unit_id)
       select gen_random_uuid(), 'CONT_FLOW', 'meter', 'STORM-' || n, 'leak', 'up', 'open', 'water', a.starts_at, a.now, a.now,
         a.evidence, n, 'CNY', 1, n, a.dma_id, a.unit_id
       from generate_series(1, 10000) n, (select *, to_timestamp($1) as now from anomaly where subject_kind = 'meter'
         and dma_id is not null limit 1) a`,
      [NOW / 1000 - 60],
    );
    const page = await enter("control", "en", "/events");
    await page.getByText("A flood: 10000 new alarms in ten minutes").waitFor();
    await page.getByRole("button", { name: "Show more" }).click();
    const rows = page.locator(".ant-table-row");
    await page.locator(".ant-table-tbody-virtual").waitFor();
    for (let turns = 0; turns < 6; turns++) {
      await page.mouse.move(600, 700);
      await page.mouse.wheel(0, 3000);
      expect(await rows.count()).toBeLessThanOrEqual(100);
    }
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "desk-storm");
    await page.getByRole("button", { name: "Acknowledge 1000" }).click();
    await page.getByText("1000 acknowledged.").waitFor(SOON);
    await page.getByText("A flood: 9000 new alarms in ten minutes").waitFor(SOON);
    // Of what a filter shows, all is ticked, not what is loaded alone.
    await page.goto("/events?q=STORM-12");
    await page.getByRole("checkbox", { name: "Tick all" }).check();
    await page.getByText("100 ticked").waitFor();
    await page.getByRole("button", { name: "Tick all that fit (1000 at most)" }).click();
    await page.getByText("111 ticked").waitFor(SOON);
  });

  it.each(["zh", "en"] as const)("hands a shift over with what is carried on (%s)", async (language) => {
    const texts = TEXTS[language];
    const page = await enter("control", language, "/shift");
    await page.getByLabel(texts.note).fill("12 号阀门关闭至周五 / valve 12 closed until Friday");
    await page.getByLabel(texts.carry).check();
    await page.getByRole("button", { name: texts.write }).click();
    const carried = page.getByRole("region", { name: texts.carried });
    await carried.getByText("valve 12 closed").waitFor();
    await page.getByRole("button", { name: texts.handOver, exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(texts.text).fill("夜间安静 / a quiet night");
    await dialog.getByRole("button", { name: texts.confirm, exact: true }).click();
    await page.getByText("a quiet night").waitFor();
    const next = await enter("admin", language, "/shift", "phone");
    await next.getByRole("button", { name: texts.accept }).click();
    await next.getByText(texts.taken).first().waitFor();
    await next.getByRole("region", { name: texts.carried }).getByRole("button", { name: texts.settle }).click();
    await expect.poll(() => next.getByRole("region", { name: texts.carried }).getByText("valve 12").count()).toBe(0);
    for (const each of [page, next]) {
      await settled(each);
      expect({ faults: await seriousFaults(each), isCut: await isWiderThanWindow(each) }).toEqual({
        faults: [],
        isCut: false,
      });
    }
    await keepPicture(page, `shift-${language}`);
    await keepPicture(next, `shift-phone-${language}`);
  });

  it.each(["zh", "en"] as const)("the wall is read from across the room, dark and light (%s)", async (language) => {
    const outline = (west: number) => ({
      type: "Polygon" as const,
      coordinates: [
        [
          [west, 30],
          [west + 0.02, 30],
          [west + 0.02, 30.02],
          [west, 30.02],
          [west, 30],
        ],
      ],
    });
    const { rows: dmas } = await world.db.query<{ id: string }>("select id from dma order by id");
    const districts = dmas.map(({ id }, at) => ({
      layer: "district" as const,
      dmaId: id,
      name: null,
      geometry: outline(120 + at * 0.02),
    }));
    expect(await replaceMap(world.db, districts, { actor: "test", at: NOW })).toEqual([]);
    const window = await openWindow(browser, world.url, { language });
    const page = await window.newPage();
    await page.setViewportSize({ width: 1920, height: 1080 });
    await signIn(page, "control", language);
    await page.goto("/wall");
    await expect.poll(() => page.locator(".wall-label").count(), SOON).toBe(dmas.length);
    for (const theme of ["dark", "light"]) {
      await page.goto(`/wall?theme=${theme}`);
      await page.locator(".wall-label").first().waitFor();
      await page.locator(".wall-act").waitFor();
      expect({ theme, faults: await seriousFaults(page) }).toEqual({ theme, faults: [] });
      await expect.poll(() => page.evaluate<number>(COLORS_OF_THE_MAP), SOON).toBeGreaterThan(2);
      expect(await page.evaluate<number>(SMALLEST_TEXT_PX)).toBeGreaterThanOrEqual(32);
      expect(await isWiderThanWindow(page)).toBe(false);
      await keepPicture(page, `wall-${theme}-${language}`);
    }
    await world.stopApi();
    await page.getByRole("status").waitFor();
    await keepPicture(page, `wall-stale-${language}`);
    await world.startApi();
  });

  it("planned work is written down, holds an alarm back and is ended", async () => {
    const page = await enter("control", "en", "/shift");
    await page.getByRole("button", { name: "Plan work…" }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Its id").fill("NOWHERE");
    await dialog.getByLabel(/^Reason/).fill("main is flushed");
    await dialog.getByRole("button", { name: "Plan work" }).click();
    await dialog.getByText("It does not exist, or lies outside your region").waitFor();
    await dialog.getByLabel("Its id").fill("DMA-1");
    await dialog.getByRole("button", { name: "Plan work" }).click();
    await page.getByText("main is flushed").waitFor();
    await keepPicture(page, "planned-work");
    await page.getByRole("button", { name: "End it now" }).click();
    await page.getByText("No planned work now or to come.").waitFor();
  });
});

async function ackOf(world: World, anomalyId: string): Promise<string | null> {
  const { rows } = await world.db.query<{ name: string | null }>(
    "select u.display_name as name from alarm al left join app_user u on u.id = al.acked_by where al.anomaly_id = $1",
    [anomalyId],
  );
  return rows[0]?.name ?? null;
}

async function acknowledgedIn({ db }: World): Promise<number> {
  const { rows } = await db.query<{ count: number }>(
    "select count(*)::int as count from alarm where acked_at is not null",
  );
  return rows[0]?.count ?? 0;
}
