import type { Browser } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { hasChromium, isWiderThanWindow, keepPicture, openWindow, settled, signIn } from "./browser.ts";
import { inAFreshWorldEach } from "./each-world.ts";
import type { World } from "./stage.ts";

const TEXTS = {
  zh: {
    change: "修改",
    contract: "合同最大流量（m³/h）",
    monday: "周一",
    wrong: /班次重叠/,
    reason: /^理由/,
    save: "保存",
    set: /第 1 版 .*年度合同/,
    from: "从",
    to: "到",
    add: "加入日历",
    days: "2026-11-02 – 2026-11-04",
    importFile: "导入文件",
    text: "文件内容",
    try: "试读",
    trial: "新增 1，已有 1",
    fault: /第 4 行：日期无法识别/,
    import: "导入",
    remove: "移除 2026-11-02 至 2026-11-04",
  },
  en: {
    change: "Change",
    contract: "Contract maximum flow (m³/h)",
    monday: "Monday",
    wrong: /shifts overlap/,
    reason: /^Reason/,
    save: "Save",
    set: /version 1 .*年度合同/,
    from: "From",
    to: "To",
    add: "Add to the calendar",
    days: "2026-11-02 – 2026-11-04",
    importFile: "Import a file",
    text: "Content of the file",
    try: "Try",
    trial: "1 new, 1 there already",
    fault: /line 4: no such date/,
    import: "Import",
    remove: "Remove 2026-11-02 to 2026-11-04",
  },
} as const;
const FILE = "from,to,kind\n2026-11-02,2026-11-04,holiday\n2026-12-31,,holiday\n2026-02-30,,holiday";

describe.runIf(hasChromium())("a key account's terms", () => {
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });

  const open = async (login: string, language: "zh" | "en", screen: "desktop" | "phone" = "desktop") => {
    const { rows } = await world.db.query<{ id: string }>(
      "select id from account where is_key_account order by no limit 1",
    );
    const page = await (await openWindow(browser, world.url, { language, screen })).newPage();
    await signIn(page, login, language, `/accounts/${rows[0]?.id}`);
    return page;
  };

  it.each(["zh", "en"] as const)(
    "are set with a reason, and its calendar by hand and from a file (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const page = await open("manager", language);
      await page.getByRole("button", { name: texts.change, exact: true }).click();
      const dialog = page.getByRole("dialog");
      await dialog.getByLabel(texts.contract).fill("12.5");
      await dialog.getByLabel(texts.monday).fill("08:00-20:00, 19:00-21:00");
      await dialog.getByText(texts.wrong).waitFor();
      await dialog.getByLabel(texts.reason).fill("年度合同");
      expect(await dialog.getByRole("button", { name: texts.save }).isDisabled()).toBe(true);
      await dialog.getByLabel(texts.monday).fill("08:00-20:00");
      expect(await seriousFaults(page)).toEqual([]);
      await dialog.getByRole("button", { name: texts.save }).click();
      await page.getByText(texts.set).waitFor();
      await page.getByLabel(texts.from, { exact: true }).fill("2026-11-02");
      await page.getByLabel(texts.to, { exact: true }).fill("2026-11-04");
      await page.getByRole("button", { name: texts.add }).press("Enter");
      await page.getByText(texts.days).waitFor();
      await page.getByRole("button", { name: texts.importFile }).click();
      await page.getByLabel(texts.text).fill(FILE);
      await page.getByRole("button", { name: texts.try }).click();
      await page.getByText(texts.trial).waitFor();
      await page.getByText(texts.fault).waitFor();
      await page.getByRole("dialog").getByRole("button", { name: texts.import, exact: true }).click();
      await page.getByText("2026-12-31").waitFor();
      await page.keyboard.press("Escape");
      await page.getByRole("dialog").waitFor({ state: "hidden" });
      // By key: when the dialog has gone the page moves, and a click may come down beside the button.
      await page.getByRole("button", { name: texts.remove }).press("Enter");
      await page.getByText(texts.days).waitFor({ state: "detached" });
      await settled(page);
      expect(await seriousFaults(page)).toEqual([]);
      expect(await isWiderThanWindow(page)).toBe(false);
      await keepPicture(page, `key-account-${language}`);
      const { rows } = await world.db.query<{ thresholds: object; shifts: object }>(
        "select thresholds, shifts from account_terms",
      );
      expect(rows).toMatchObject([
        { thresholds: { contractM3h: 12.5 }, shifts: [{ weekday: 1, fromMinute: 480, toMinute: 1200 }] },
      ]);
    },
  );

  it("are read, not set, by those who may only look; a phone shows them whole", async () => {
    const page = await open("desk", "zh", "phone");
    await page.getByRole("heading", { name: "生产日历" }).waitFor();
    expect(await page.getByRole("button", { name: TEXTS.zh.change, exact: true }).count()).toBe(0);
    expect(await isWiderThanWindow(page)).toBe(false);
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "key-account-phone");
  });
});
