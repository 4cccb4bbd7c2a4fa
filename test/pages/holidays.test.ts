import type { Browser } from "playwright-core";
import { describe, expect, it } from "vitest";
import { seriousFaults } from "./axe.ts";
import { hasChromium, isWiderThanWindow, keepPicture, openWindow, signIn } from "./browser.ts";
import { inAFreshWorldEach } from "./each-world.ts";
import type { World } from "./stage.ts";

/** How long a page may take on a busy machine. */
const SOON = { timeout: 60_000 };

const TEXTS = {
  zh: {
    holidays: "节假日",
    empty: /2027 年还没有节假日/,
    first: "第一天",
    last: /^最后一天/,
    name: "中文名称",
    nameEn: /^英文名称/,
    add: "添加",
    feast: "春节",
    remove: /移除 春节/,
    removed: /已移除“春节”/,
    undo: "撤销",
    restored: /已恢复“春节”/,
    import: "导入 CSV…",
    text: "文件内容",
    try: "试读",
    wouldDo: "试读：将新增 2，修改 0，已有 0。",
    fault: /第 4 行：日期无法识别/,
    take: "导入",
    didDo: "已新增 2，修改 0，已有 0。",
    close: "关闭",
    labour: "劳动节",
    effect: "有什么作用",
    judgedAgain: "迟到读数后重新判定的夜晚",
    was: "9 m³/h，此前 4.5 m³/h",
  },
  en: {
    holidays: "Holidays",
    empty: /No holiday in 2027 yet/,
    first: "First day",
    last: /^Last day/,
    name: "Name in Chinese",
    nameEn: "Name in English",
    add: "Add",
    feast: "Spring Festival",
    remove: /Remove Spring Festival/,
    removed: /“Spring Festival” .* was removed/,
    undo: "Undo",
    restored: /“Spring Festival” is back/,
    import: "Import CSV…",
    text: "Content of the file",
    try: "Try",
    wouldDo: "Tried: 2 would be new, 0 changed, 0 are there already.",
    fault: /line 4: no such date/,
    take: "Import",
    didDo: "2 new, 0 changed, 0 were there already.",
    close: "Close",
    labour: "Labour Day",
    effect: "What they do",
    judgedAgain: "Nights judged again with late readings",
    was: "9 m³/h, was 4.5 m³/h",
  },
} as const;

const FILE = `first_day,last_day,name_zh,name_en
2027-05-01,2027-05-05,劳动节,Labour Day
2027-06-09,,端午节,Dragon Boat Festival
2027-02-30,,不存在,None`;

describe.runIf(hasChromium())("the holidays", () => {
  let world: World;
  let browser: Browser;
  inAFreshWorldEach((test) => {
    ({ world, browser } = test);
  });

  const enter = async (look: Parameters<typeof openWindow>[2], address: string, login = "control") => {
    const page = await (await openWindow(browser, world.url, look)).newPage();
    await signIn(page, login, look.language, address);
    return page;
  };

  it.each(["zh", "en"] as const)("are added, taken out, put back and read from a file (%s)", async (language) => {
    const texts = TEXTS[language];
    const page = await enter({ language }, "/rules");
    await page.getByRole("link", { name: texts.holidays, exact: true }).click();
    await page.getByRole("heading", { name: texts.effect }).waitFor();
    await page.goto(`${world.url}/holidays?year=2027`);
    await page.getByText(texts.empty).waitFor();
    await page.getByLabel(texts.first).fill("2027-02-05");
    await page.getByLabel(texts.last).fill("2027-02-11");
    await page.getByLabel(texts.name).fill("春节");
    await page.getByLabel(texts.nameEn).fill("Spring Festival");
    await page.getByRole("button", { name: texts.add, exact: true }).click();
    await page.getByRole("rowheader", { name: texts.feast }).waitFor();
    await page.getByRole("button", { name: texts.remove }).click();
    await page.getByText(texts.removed).waitFor();
    await page.getByText(texts.empty).waitFor();
    await page.getByRole("button", { name: texts.undo }).click();
    await page.getByText(texts.restored).waitFor();
    await page.getByRole("rowheader", { name: texts.feast }).waitFor();
    await page.getByRole("button", { name: texts.import }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel(texts.text).fill(FILE);
    await dialog.getByRole("button", { name: texts.try }).click();
    await dialog.getByText(texts.wouldDo).waitFor();
    await dialog.getByText(texts.fault).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await dialog.getByRole("button", { name: texts.take, exact: true }).click();
    await dialog.getByText(texts.didDo).waitFor();
    await dialog.getByRole("button", { name: texts.close }).last().click();
    await page.getByRole("rowheader", { name: texts.labour }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, `holidays-${language}`);
  });

  it("fit a phone, and the service desk reads them without changing any", async () => {
    const { db } = world;
    await db.query(
      `insert into holiday (id, unit_id, first_day, last_day, name_zh, name_en)
         select 'CN-long', id, '2027-10-01', '2027-10-08', repeat('中秋国庆', 50), repeat('Golden Week ', 16) from org_unit where kind = 'company'`,
    );
    const page = await enter({ language: "en", screen: "phone", colors: "dark" }, "/holidays?year=2027", "desk");
    await page.getByRole("rowheader", { name: /Golden Week/ }).waitFor(SOON);
    expect(await page.getByRole("button", { name: /^Remove/ }).count()).toBe(0);
    expect(await page.getByRole("button", { name: TEXTS.en.import }).count()).toBe(0);
    expect(await isWiderThanWindow(page)).toBe(false);
    expect(await seriousFaults(page)).toEqual([]);
  });

  it.each(["zh", "en"] as const)(
    "leave a night that was judged again in sight, with what it was (%s)",
    async (language) => {
      const texts = TEXTS[language];
      const { db } = world;
      const { rows } = await db.query<{ dma_id: string; night: string }>(
        `update dma_night n set mnf_m3h = 9, version = 2, revised_at = now()
         where n.dma_id = (select min(dma_id) from dma_night) and n.night = (select max(night) from dma_night)
         returning dma_id, night`,
      );
      const [{ dma_id: dma, night } = { dma_id: "", night: "" }] = rows;
      await db.query(
        `insert into dma_night_version (dma_id, night, version, mnf_m3h, completeness, replaced_at) values ($1, $2, 1, 4.5, 0.9, now())`,
        [dma, night],
      );
      const page = await enter({ language }, `/districts/${dma}`);
      const list = page.getByRole("list", { name: texts.judgedAgain });
      await list.getByText(night).waitFor(SOON);
      await list.getByText(texts.was).waitFor();
      expect(await seriousFaults(page)).toEqual([]);
    },
  );
});
