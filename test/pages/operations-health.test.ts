import { randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createAuthority } from "@nightflow/broker";
import { EnrolmentConfig, type ProcessReport } from "@nightflow/domain";
import { keyFingerprint, makePrivateKey, makeRequest } from "@nightflow/edge-agent";
import { keepProcessReport } from "@nightflow/storage";
import type { Browser, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
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
import { Stage, type World } from "./stage.ts";

const HEALTH = "/operations/health";
const AGENTS = "/operations/agents";
const LOOKS: readonly (Look & { readonly hasAxe: boolean })[] = [
  { language: "zh", screen: "desktop", colors: "light", hasAxe: true },
  { language: "en", screen: "desktop", colors: "dark", hasAxe: true },
  { language: "zh", screen: "phone", colors: "dark", hasAxe: false },
  { language: "en", screen: "phone", colors: "light", hasAxe: false },
];

const HEAD_END = {
  connections: 214,
  refused: 3,
  receivedPerS: 96.4,
  storedPerS: 4812.5,
  commitsPerS: 18.2,
  commitP50Ms: 4.2,
  commitP99Ms: 21,
  commitMaxMs: 340,
  failedCommits: 0,
  pendingBatches: 7,
  pendingBytes: 412_000,
  backlog: 0,
  lastCommit: 918_220,
  stored: 81_204_118,
  deadLetters: 2,
  quarantined: 14,
  conflicts: 1,
  repeats: 3204,
  loopDelayP99Ms: 3.1,
  loopDelayMaxMs: 41,
  heapUsedBytes: 84_000_000,
  rssBytes: 412_000_000,
  diskFreeBytes: 212_000_000_000,
  diskBytes: 480_000_000_000,
  readingsHeld: 1_204_118_322,
  storeFileBytes: 3_204_000_000,
  storeJournalBytes: 12_400_000,
  storePendingReadings: 20_118,
  storeCompactionBacklogReadings: 640_000,
  storeMemoryBytes: 402_000_000,
  storeLastSyncMs: 2.8,
};
const THREAD = { loopDelayP99Ms: 1.2, loopDelayMaxMs: 18, heapUsedBytes: 51_000_000, rssBytes: 412_000_000 };

describe.runIf(hasChromium())("the operator's pages", () => {
  let stage: Stage;
  let browser: Browser;
  let folder: string;
  let world: World;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "nightflow-operator-"));
    [stage, browser] = await Promise.all([Stage.open(), launchBrowser()]);
    const config = EnrolmentConfig.parse({ unknownAgents: "hold", joinsPerMinute: 1000 });
    world = await stage.world("town", { config, signer: await createAuthority(folder) });
  });
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((window) => window.close()));
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const say = (part: ProcessReport["part"], figures: Record<string, number>, reasons: string[] = []) =>
    keepProcessReport(
      world.db,
      { process: `water-1:4711:${part}`, site: "town", everyS: 60 },
      { part, isReady: reasons.length === 0, reasons, figures },
    );
  const sayAllIsWell = async () => {
    await world.db.query("update agent set is_online = true, status_at = $1", [new Date(NOW - 20_000)]);
    await say("head-end", HEAD_END);
    await say("analytics", { ...THREAD, lagCommits: 3, lagS: 0.4, meters: 10_412, findings: 31 });
    await say("api", { ...THREAD, requests: 9120 });
  };
  const enter = async (login: string, look: Look, address: string) => {
    const page = await (await openWindow(browser, world.url, look)).newPage();
    await signIn(page, login, look.language, address);
    await settled(page);
    return page;
  };
  const verdict = (page: Page) => page.getByRole("region", { name: /Verdict|总体结论/ });
  const ask = async (agent: string) => {
    const key = makePrivateKey();
    const body = {
      site: "town",
      agent,
      request: makeRequest(key, agent),
      pollSecret: randomBytes(32).toString("base64url"),
    };
    const headers = { "content-type": "application/json" };
    const answer = await fetch(`${world.url}/api/enrolment/join`, {
      method: "POST",
      headers,
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    return keyFingerprint(key);
  };

  it.each(LOOKS)("show that all is well, with nothing cut and no fault for assistive programs: %o", async (look) => {
    await sayAllIsWell();
    const fingerprint = await ask(`gw-${look.language}-${look.screen}`);
    const page = await enter("collector", look, HEALTH);
    const pages = [
      ["health", HEALTH],
      ["agents", AGENTS],
      ["agent", `${AGENTS}?agent=town%2Fgw-north`],
    ] as const;
    for (const [name, address] of look.hasAxe ? pages : pages.slice(0, 2)) {
      if (name !== "health") await page.goto(address);
      await settled(page);
      const faults = look.hasAxe ? await seriousFaults(page) : [];
      expect({ name, faults, isCut: await isWiderThanWindow(page) }).toEqual({ name, faults: [], isCut: false });
      if (name === "health") expect(await verdict(page).textContent()).toMatch(/All is well|一切正常/);
      if (name === "agents")
        expect((await page.locator("main").textContent())?.replaceAll(" ", "")).toContain(fingerprint);
      await keepPicture(page, `operations-${name}-${look.screen}-${look.colors}-${look.language}`);
    }
  });

  it.each(["zh", "en"] as const)(
    "say what is wrong, since when and what to do, the worst first (%s)",
    async (language) => {
      await sayAllIsWell();
      await say("head-end", HEAD_END, ["duckdb: the disk image is malformed"]);
      await world.db.query("update agent set is_online = false where id = 'gw-south'");
      const page = await enter("control", { language, colors: language === "zh" ? "light" : "dark" }, HEALTH);
      const words = {
        zh: [/时序库不可用/, /自 .* 起/, /nightflow store check/, /1 台采集终端离线/],
        en: [/store of readings is away/, /since/, /nightflow store check/, /Agents offline: 1/],
      };
      const text = await verdict(page).textContent();
      for (const word of words[language]) expect(text).toMatch(word);
      expect(text).toContain("the disk image is malformed");
      if (language === "zh") expect(await seriousFaults(page)).toEqual([]);
      await keepPicture(page, `operations-trouble-${language}`);
      // The head-end is heard of no more: that is said before anything else, and its figures are gone.
      await world.db.query("update process_report set seen_at = now() - interval '6 min' where part = 'head-end'");
      await verdict(page)
        .getByText(/采集前置没有响应|The head-end is silent/)
        .waitFor();
      await keepPicture(page, `operations-silent-${language}`);
      await expect
        .poll(() => page.locator(".nf-value").allTextContents(), { timeout: 60_000 })
        .not.toContainEqual(expect.stringContaining("4,813"));
    },
  );

  it("figures are marked old, and nothing is called well, while nobody answers", async () => {
    await sayAllIsWell();
    const page = await enter("collector", { language: "en" }, HEALTH);
    await verdict(page).getByText("All is well").waitFor();
    await world.stopApi();
    await verdict(page).getByText("The platform does not answer").waitFor();
    await page.getByText(/old: of/).waitFor();
    expect(await page.getByRole("table", { name: "Processes and threads" }).textContent()).not.toContain("✓");
    expect(await verdict(page).textContent()).not.toContain("All is well");
    await keepPicture(page, "operations-unheard");
    await world.startApi();
    await verdict(page).getByText("All is well").waitFor();
  });

  it("an agent is approved once its fingerprint was compared, put out by one click, and let in again by its name", async () => {
    const fingerprint = await ask("gw-new");
    const page = await enter("collector", { language: "en" }, AGENTS);
    await page.getByRole("button", { name: "Approve town/gw-new" }).click();
    const dialog = page.getByRole("dialog");
    const approve = dialog.getByRole("button", { name: "Approve", exact: true });
    expect(await approve.isDisabled()).toBe(true);
    expect((await dialog.textContent())?.replaceAll(" ", "")).toContain(fingerprint);
    await dialog.getByRole("checkbox", { name: /I have compared it/ }).click();
    await expect.poll(() => approve.isDisabled()).toBe(false);
    await dialog.getByLabel(/Reason/).fill("read out by Li at the gateway");
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "operations-approve");
    await approve.click();
    await page.getByRole("link", { name: "town/gw-new" }).click();
    const notes = page.getByRole("region", { name: "Who did what about it" });
    await notes.getByText("read out by Li at the gateway").waitFor();
    await page.getByRole("button", { name: "Revoke…" }).click();
    expect(await dialog.textContent()).toContain("Its connections end at once");
    await dialog.getByLabel(/Reason/).fill("stolen from the kiosk");
    await keepPicture(page, "operations-revoke");
    await dialog.getByRole("button", { name: "Revoke town/gw-new" }).click();
    await notes.getByText("stolen from the kiosk").waitFor();
    expect(await page.getByRole("button", { name: "Revoke…" }).count()).toBe(0);
    await page.getByRole("button", { name: "Token to enrol anew…" }).click();
    await dialog.getByRole("button", { name: "Make it" }).click();
    await dialog.getByText(/nightflow-agent join agent\.yaml nfj1\./).waitFor();
    const { rows } = await world.db.query(
      "select revoked_reason, (select agent from enrolment_token where agent = e.agent) as token from enrolled_agent e where agent = 'gw-new'",
    );
    expect(rows).toEqual([{ revoked_reason: "stolen from the kiosk", token: "gw-new" }]);
  });

  it("a token is made with the keyboard, shown once with its line and QR code, listed and withdrawn (zh)", async () => {
    const page = await enter("collector", { language: "zh", colors: "dark" }, AGENTS);
    await page.getByRole("button", { name: "签发令牌…" }).focus();
    await page.keyboard.press("Enter");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("备注").fill("南区三号泵房");
    await dialog.getByLabel("可用次数").fill("5");
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "operations-token-order");
    await dialog.getByRole("button", { name: "签发", exact: true }).press("Enter");
    await dialog.getByText(/nightflow-agent join agent\.yaml nfj1\./).waitFor();
    await dialog.getByRole("img", { name: "入网文本二维码" }).waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "operations-token-made");
    await dialog.getByRole("button", { name: "我已保存" }).click();
    // The one dialog goes before the next one comes: a click in between would meet the wrong one.
    await dialog.waitFor({ state: "hidden" });
    const tokens = page.getByRole("region", { name: "入网令牌" });
    await tokens.getByText("南区三号泵房").first().waitFor();
    expect(await tokens.textContent()).not.toContain("nfj1.");
    await tokens
      .getByRole("button", { name: /撤回 town\/\* 的令牌/ })
      .first()
      .click();
    await dialog.getByRole("button", { name: "撤回", exact: true }).click();
    await dialog.waitFor({ state: "hidden" });
    await tokens.getByText("已撤回").first().waitFor();
  });

  it("who may not decide about agents sees no tab of them, and is told so at their address", async () => {
    const page = await enter("control", { language: "en" }, HEALTH);
    expect(await page.getByRole("link", { name: "Agents", exact: true }).count()).toBe(0);
    await page.goto(AGENTS);
    await page.getByText("You do not have the right").waitFor();
  });

  it("an empty platform says what to start, and where no certificates are signed that too", async () => {
    const empty = await stage.world("people");
    const page = await (await openWindow(browser, empty.url, { language: "zh" })).newPage();
    await signIn(page, "admin", "zh", HEALTH);
    await verdict(page).getByText("还没有任何采集前置上报").waitFor();
    expect(await seriousFaults(page)).toEqual([]);
    await keepPicture(page, "operations-health-empty");
    await page.goto(AGENTS);
    await page.getByText(/broker\.tls/).waitFor();
    expect(await page.getByRole("button", { name: "签发令牌…" }).count()).toBe(0);
    await keepPicture(page, "operations-agents-empty");
  });
});
