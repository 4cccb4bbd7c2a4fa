import { startPreviewWorker } from "@nightflow/analytics";
import { ManualClock } from "@nightflow/domain";
import { silentLogger } from "@nightflow/storage/testing";
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
    rules: "检测规则",
    rule: "持续用水",
    notJudged: "尚无核实结果",
    least: "至少持续的小时数",
    wrong: "须在 4 至 72 之间",
    try: "试算",
    waiting: "等待试算",
    covered: /个对象/,
    apply: "应用…",
    reason: /^理由/,
    version: /版本 1 ·/,
    restore: "恢复默认…",
    put: "恢复此版本…",
    restored: "恢复自版本 0",
    mayNot: /您只能查看/,
  },
  en: {
    rules: "Rules",
    rule: "Continuous flow",
    notJudged: "nobody has judged one yet",
    least: "least length of a run",
    wrong: "must be from 4 to 72",
    try: "Try",
    waiting: "Waiting to run",
    covered: /subjects/,
    apply: "Apply…",
    reason: /^Reason/,
    version: /Version 1 ·/,
    restore: "Put the defaults back…",
    put: "Put back…",
    restored: "puts version 0 back",
    mayNot: /You may look/,
  },
} as const;

describe.runIf(hasChromium())("the rules", () => {
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });

  const enter = async (login: string, language: "zh" | "en", address: string) => {
    const page = await (await openWindow(browser, world.url, { language, screen: "desktop" })).newPage();
    await signIn(page, login, language, address);
    return page;
  };

  it.each(["zh", "en"] as const)("are tried, set with a reason and put back (%s)", async (language) => {
    const texts = TEXTS[language];
    const page = await enter("control", language, "/events");
    await page.getByRole("link", { name: texts.rules, exact: true }).click();
    await page.getByText(texts.notJudged).first().waitFor();
    await page.getByRole("link", { name: texts.rule, exact: true }).click();
    const least = page.getByLabel(texts.least);
    await least.fill("1");
    await page.getByText(texts.wrong).waitFor();
    expect(await page.getByRole("button", { name: texts.try, exact: true }).isDisabled()).toBe(true);
    await least.fill("24");
    await page.getByRole("button", { name: texts.try, exact: true }).press("Enter");
    await page.getByText(texts.waiting).first().waitFor();
    const address = page.url();
    await page.goto("/events");
    const { db, store, jobs } = world;
    const worker = await startPreviewWorker({ db, store, jobs, clock: new ManualClock(NOW), logger: silentLogger });
    await page.goto(address);
    await page.getByText(texts.covered).waitFor(SOON);
    await worker.close();
    await settled(page);
    expect(await seriousFaults(page)).toEqual([]);
    expect(await isWiderThanWindow(page)).toBe(false);
    await keepPicture(page, `rules-${language}`);
    await page.getByLabel(texts.least).fill("24");
    await page.getByRole("button", { name: texts.apply }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(texts.reason).fill("客人多 / many guests");
    await dialog.getByRole("button", { name: texts.apply }).click();
    await page.getByText(texts.version).waitFor();
    expect((await settingsOf(world))[0]).toMatchObject({ version: 1, reason: "客人多 / many guests" });
    await page.getByRole("button", { name: texts.restore }).click();
    await page.getByRole("dialog").getByLabel(texts.reason).fill("试过 / tried");
    await page.getByRole("dialog").getByRole("button", { name: texts.put }).click();
    await page.getByText(texts.restored).waitFor();
    expect((await settingsOf(world)).map(({ version }) => version)).toEqual([2, 1]);
  });

  it("a preview is cancelled while it waits; judged events are listed with the tickets that say so", async () => {
    await world.db.query(
      `update anomaly set outcome = 'normal_use', closed_at = opened_at, state = 'closed'
        where id = (select id from anomaly where rule = 'CONT_FLOW' and ticket_id is not null limit 1)`,
    );
    const { rows } = await world.db.query<{ no: string }>(
      "select t.no from anomaly a join ticket t on t.id = a.ticket_id where a.outcome = 'normal_use'",
    );
    const page = await enter("control", "en", "/rules?rule=CONT_FLOW");
    await page.getByRole("link", { name: rows[0]?.no ?? "no ticket", exact: true }).waitFor();
    await page.locator(".nf-tag", { hasText: "wrong" }).first().waitFor();
    await page.getByLabel(TEXTS.en.least).fill("24");
    await page.getByRole("button", { name: TEXTS.en.try, exact: true }).click();
    await page.getByRole("button", { name: "Cancel the preview" }).click();
    await page.getByText("cancelled by control").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    const cancelled = await world.db.query("select result, error from rule_preview");
    expect(cancelled.rows).toEqual([{ result: null, error: "cancelled by control" }]);
  });

  it("are read, not set, by those who may only look", async () => {
    await world.db.query(
      `insert into app_user (id, login, password_hash, display_name, role, unit_id)
       select gen_random_uuid(), 'auditor', password_hash, 'Auditor', 'auditor', unit_id from app_user where login = 'control'`,
    );
    const page = await enter("auditor", "en", "/rules?rule=CONT_FLOW");
    await page.getByText(TEXTS.en.mayNot).waitFor();
    expect(await page.getByRole("button", { name: TEXTS.en.apply }).count()).toBe(0);
    await page.goto("/rules?rule=COMMS");
    await page.getByText("This rule has no parameters to set.").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
  });
});

async function settingsOf({ db }: World) {
  const { rows } = await db.query<{ version: number; reason: string }>(
    "select version, reason from rule_setting where rule = 'CONT_FLOW' order by version desc",
  );
  return rows;
}
