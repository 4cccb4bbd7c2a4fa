import { ManualClock } from "@nightflow/domain";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { eventually } from "../support/eventually.ts";
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
import { NOW } from "./content.ts";
import { BETWEEN_MS, setAsideMore, startDesk } from "./desk.ts";
import { Stage, type World } from "./stage.ts";

const SOON = { timeout: 120_000 };
// Axe takes most of the time: it sees every page once, and the fullest in dark.
const LOOKS: readonly (Look & { readonly axe: readonly string[] | "all" })[] = [
  { language: "zh", screen: "desktop", colors: "light", axe: "all" },
  { language: "en", screen: "desktop", colors: "dark", axe: ["dead-letter", "quarantine", "job"] },
  { language: "zh", screen: "phone", colors: "dark", axe: [] },
  { language: "en", screen: "phone", colors: "light", axe: [] },
];
const PROFILE = {
  v: 1,
  fields: { total: { channel: "H-0101.forward_total", unit: "L", scale: "10", rounding: "exact", missing: [] } },
  ignore: [],
  arrivalTime: false,
};

describe.runIf(hasChromium())("decisions and jobs on the operations pages", () => {
  let stage: Stage;
  let world: World;
  let browser: Browser;
  let endDesk: (() => Promise<void>) | undefined;
  let stopPrinter: (() => Promise<void>) | undefined;

  beforeAll(async () => {
    [stage, browser] = await Promise.all([Stage.open(), launchBrowser()]);
    world = await stage.world();
    await setAsideMore(world);
    stopPrinter = await breakPrinter(world);
    endDesk = await startDesk(world, new ManualClock(NOW));
  });
  afterAll(async () => {
    await browser?.close();
    await stopPrinter?.();
    await endDesk?.();
    await stage?.close();
  });

  const open = async (login: string, address: string, look: Look = { language: "en" }) => {
    const window = await openWindow(browser, world.url, look);
    const page = await window.newPage();
    await signIn(page, login, look.language, address);
    await settled(page);
    return { window, page };
  };

  it.each(LOOKS)("have no serious fault for assistive programs and nothing is cut: %o", async (look) => {
    const { window, page } = await open("admin", "/operations/set-aside", look);
    const errors: string[] = [];
    page.on("pageerror", (error) => errors.push(error.message));
    const dead = await idOf(world, "dead_letter", "NOT_A_COUNT");
    const conflict = await idOf(world, "conflict", "SECOND_VALUE");
    const job = (await world.jobs.list({ state: "dead" }))[0]?.id;
    const addresses: [string, string][] = [
      ["set-aside", "/operations/set-aside"],
      ["dead-letter", `/operations/set-aside?channel=H-0101.forward_total&entry=${dead}`],
      ["conflict", `/operations/set-aside?list=conflict&entry=${conflict}`],
      ["quarantine", "/operations/quarantine?channel=Y-7.forward_total"],
      ["devices", "/operations/devices?source=dev%2Ftown%2Fpump"],
      ["jobs", "/operations/jobs"],
      ["job", `/operations/jobs?state=dead&job=${job}`],
    ];
    for (const [name, address] of addresses) {
      await page.goto(address);
      await settled(page);
      const isSeen = look.axe === "all" || look.axe.includes(name);
      const found = { name, faults: isSeen ? await seriousFaults(page) : [], isCut: await isWiderThanWindow(page) };
      expect(found).toEqual({ name, faults: [], isCut: false });
      await keepPicture(page, `${name}-${look.screen}-${look.colors}-${look.language}`);
    }
    expect(errors).toEqual([]);
    await window.close();
  });

  it("a dead letter is repaired, its result foreseen, replayed, and then stored", async () => {
    const id = await idOf(world, "dead_letter", "NOT_A_COUNT");
    const { window, page } = await open("collector", `/operations/set-aside?entry=${id}&channel=H-0101.forward_total`);
    await page.getByText("a register needs whole counts").waitFor();
    await page.getByLabel(/^Value/).fill("12000500");
    await page.getByText("nothing is stored at that time: it will be stored").waitFor();
    await page.getByText("= 12,000.5 m³").waitFor();
    await page.getByRole("button", { name: "Replay…", exact: true }).click();
    await giveReason(page, "read off the dial", "Replay");
    await page.getByRole("status").getByText("1 stored").waitFor();
    const [value] = await world.store.valuesAt([{ channel: "H-0101.forward_total", readAtMs: BETWEEN_MS }]);
    expect(value?.counts).toBe(12_000_500n);
    await window.close();
  });

  it("many are decided about at once by filter: the count is confirmed, the result is seen, few rows are drawn", async () => {
    const { window, page } = await open("collector", "/operations/set-aside?channel=H-0102.forward_total");
    await page.getByText("120 match").waitFor();
    expect(await page.locator("main tr").count()).toBeLessThan(100);
    await page.getByRole("button", { name: "Next page" }).click();
    await expect.poll(() => page.url(), SOON).toContain("after=");
    await page.getByRole("button", { name: "Discard 120…" }).click();
    await page.getByText("All 120 that the filters find now").waitFor();
    await giveReason(page, "a test bench", "Discard");
    await page.getByRole("status").getByText("120 discarded").waitFor();
    await window.close();
  });

  it("a list is read by keyboard alone", async () => {
    const { window, page } = await open("control", "/operations/set-aside?state=all");
    await page.getByRole("link").filter({ hasText: "No JSON" }).waitFor();
    await page.keyboard.press("j");
    await page.getByRole("heading", { name: /^Entry / }).waitFor();
    const first = new URL(page.url()).searchParams.get("entry");
    await page.keyboard.press("j");
    await expect.poll(() => new URL(page.url()).searchParams.get("entry"), SOON).not.toBe(first);
    await page.keyboard.press("k");
    await expect.poll(() => new URL(page.url()).searchParams.get("entry"), SOON).toBe(first);
    await page.keyboard.press("Escape");
    await expect.poll(() => new URL(page.url()).searchParams.get("entry"), SOON).toBeNull();
    expect(await page.getByRole("button", { name: /Replay|Discard/ }).count()).toBe(0);
    await window.close();
  });

  it("a hostile payload is text, and what it hides is written out", async () => {
    const id = await idOf(world, "dead_letter", "NOT_JSON");
    const { window, page } = await open("collector", `/operations/set-aside?entry=${id}&reason=NOT_JSON`);
    const raw = page.locator("pre.nf-raw");
    await expect.poll(() => raw.textContent(), SOON).toContain("<img src=x onerror=alert(1)>\\u202Egpj.exe");
    expect(await page.locator("pre.nf-raw img").count()).toBe(0);
    await window.close();
  });

  it("a conflict shows both values, and the first is kept", async () => {
    const id = await idOf(world, "conflict", "SECOND_VALUE");
    const { window, page } = await open("collector", `/operations/set-aside?list=conflict&entry=${id}`);
    await page.getByText("Stored (came first)").waitFor();
    await page.getByText("0.9 m³", { exact: true }).waitFor();
    await page.getByRole("button", { name: "Keep the first value…" }).click();
    await giveReason(page, "the agent restarted", "Keep the first value");
    await page.getByRole("status").getByText("1 kept as they were").waitFor();
    await window.close();
  });

  it("an unknown channel is approved as guessed, and what waited is stored", async () => {
    const { window, page } = await open("collector", "/operations/quarantine?channel=Y-7.forward_total");
    await expect.poll(() => page.getByLabel("Meter id").inputValue(), SOON).toBe("Y-7");
    expect(await page.getByLabel("Read every (s)").inputValue()).toBe("900");
    await page.getByRole("button", { name: "Approve…" }).click();
    await giveReason(page, "a new customer", "Approve");
    await page.getByRole("status").getByText("4 stored").waitFor();
    const { rows } = await world.db.query(
      "select meter_id, period_s from channel c join meter m on m.id = meter_id where c.id = 'Y-7.forward_total'",
    );
    expect(rows).toEqual([{ meter_id: "Y-7", period_s: 900 }]);
    await window.close();
  });

  it("a channel is rejected, and the rejection taken back at once", async () => {
    const { window, page } = await open("collector", "/operations/quarantine?channel=Z-1.odd");
    await page.getByRole("button", { name: "Reject…" }).click();
    await giveReason(page, "nobody knows it", "Reject");
    await page.getByRole("button", { name: "Undo: Z-1.odd" }).click();
    await page.getByText("No channel is rejected").waitFor();
    await page.getByRole("link").filter({ hasText: "Z-1.odd" }).waitFor();
    await window.close();
  });

  it("dead jobs are tried again together; a cancelled one is taken back", async () => {
    const { window, page } = await open("collector", "/operations/jobs?state=dead&queue=print");
    await page.getByRole("button", { name: "Try 2 again…" }).click();
    await giveReason(page, "the printer is new", "Try again");
    await page.getByText("Waiting for their turn again: 2").waitFor();
    await page.goto("/operations/jobs?state=waiting&queue=later");
    await page.getByRole("button", { name: "Cancel 1…" }).click();
    await giveReason(page, "printed by hand", "Cancel jobs");
    await page.getByText("Cancelled: 1").waitFor();
    await page.getByRole("button", { name: "Undo" }).click();
    await expect.poll(async () => (await world.jobs.list({ queue: "later" }))[0]?.state, SOON).toBe("waiting");
    await window.close();
  });

  it("a device's profile is changed, and the change taken back", async () => {
    const { window, page } = await open("collector", "/operations/devices?source=dev%2Ftown%2Fpump");
    await page.getByLabel("Scale").fill("100");
    await page.getByRole("button", { name: "Save…" }).click();
    await giveReason(page, "a pulse is 100 L", "Save");
    await page.getByRole("button", { name: "Undo" }).click();
    const scale = async () => {
      const { rows } = await world.db.query<{ scale: string }>(
        "select profile #>> '{fields,total,scale}' as scale from device_profile",
      );
      return rows[0]?.scale;
    };
    await expect.poll(scale, SOON).toBe("10");
    await window.close();
  });
});

/** Fills the dialog's reason and confirms it. */
async function giveReason(page: Page, reason: string, confirm: string): Promise<void> {
  const dialog = page.getByRole("dialog");
  await dialog.getByLabel(/^Reason/).fill(reason);
  await dialog.getByRole("button", { name: confirm, exact: true }).click();
}

async function idOf({ store }: World, list: "dead_letter" | "conflict", reasonCode: string): Promise<number> {
  const channel = reasonCode === "NOT_JSON" ? undefined : "H-0101.forward_total";
  const [found] = await store.findSetAside({ list, reasonCode, channel }, { limit: 1 });
  return found?.id ?? 0;
}

/** Jobs that failed for good, one for later, and a device with a profile. */
async function breakPrinter({ db, jobs }: World): Promise<() => Promise<void>> {
  for (let no = 0; no < 2; no++) await jobs.enqueue(db, { queue: "print", payload: { no }, maxAttempts: 1 });
  const runAt = new Date(Date.now() + 86_400_000);
  await jobs.enqueue(db, { queue: "later", payload: {}, runAt });
  await jobs.schedule(db, {
    queue: "print",
    key: "nightly",
    cron: "0 3 * * *",
    timeZone: "Asia/Shanghai",
    payload: {},
  });
  await db.query(
    "insert into device_profile (source, profile, updated_at, updated_by) values ($1, $2, $3, 'collector')",
    ["dev/town/pump", JSON.stringify(PROFILE), new Date(NOW)],
  );
  const worker = await jobs.startWorker({
    queue: "print",
    handler: () => Promise.reject(new Error("the printer is on fire")),
  });
  await eventually("two dead jobs", async () =>
    (await jobs.count({ queue: "print", state: "dead" })) === 2 ? true : undefined,
  );
  return () => worker.stop(0);
}
