import { existsSync, mkdirSync } from "node:fs";
import { delimiter, join } from "node:path";
import { type Browser, type BrowserContext, chromium, type Page } from "playwright-core";
import { PASSWORD } from "./town.ts";

const NAMES = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable"];
const FLAGS = [
  "--no-sandbox",
  "--disable-gpu",
  "--disable-quic",
  "--no-first-run",
  "--disable-background-networking",
  "--disable-component-update",
  "--disable-sync",
];

/** A Chromium of this machine: `NIGHTFLOW_CHROMIUM`, else the first on the PATH; undefined where there is none. */
export function findChromium(): string | undefined {
  const named = process.env.NIGHTFLOW_CHROMIUM;
  const folders = (process.env.PATH ?? "").split(delimiter);
  const candidates = folders.flatMap((folder) => NAMES.map((name) => join(folder, name)));
  return [...(named === undefined ? [] : [named]), ...candidates].find(existsSync);
}

/**
 * Whether the tests of the pages can run. Without a Chromium they are left out and say so, unless `NIGHTFLOW_REQUIRE_ALL=1`
 * makes that an error.
 */
export function hasChromium(): boolean {
  if (findChromium() !== undefined) return true;
  if (process.env.NIGHTFLOW_REQUIRE_ALL === "1")
    throw new Error("no Chromium found; install one or name it by NIGHTFLOW_CHROMIUM");
  process.stderr.write("the tests of the pages are left out: no Chromium on this machine\n");
  return false;
}

/** How long a page, and the browser itself, may take on a machine that is busy with something else. */
const PATIENCE_MS = 120_000;

/** Starts the browser without a window. */
export function launchBrowser(): Promise<Browser> {
  const executablePath = findChromium();
  if (executablePath === undefined) throw new Error("no Chromium found");
  return chromium.launch({ executablePath, headless: true, args: FLAGS, timeout: PATIENCE_MS });
}

/** How a reader looks at the pages. */
export interface Look {
  readonly language: "zh" | "en";
  readonly screen?: "desktop" | "phone";
  readonly colors?: "light" | "dark";
}

const SCREENS = { desktop: { width: 1440, height: 900 }, phone: { width: 390, height: 844 } };

/** A browser window of its own, signed in as nobody. */
export async function openWindow(browser: Browser, url: string, look: Look): Promise<BrowserContext> {
  const window = await browser.newContext({
    baseURL: url,
    locale: look.language === "zh" ? "zh-CN" : "en-GB",
    viewport: SCREENS[look.screen ?? "desktop"],
    colorScheme: look.colors ?? "light",
    timezoneId: "Europe/Berlin",
    hasTouch: look.screen === "phone",
    // A dialog that still moves is not where a click comes down, on a machine that is busy.
    reducedMotion: "reduce",
  });
  window.setDefaultTimeout(PATIENCE_MS);
  return window;
}

const SIGN_IN = {
  zh: { login: "用户名", password: "密码", submit: "登录" },
  en: { login: "User name", password: "Password", submit: "Sign in" },
} as const;

/** Signs in through the sign-in page and waits for the first page behind it. */
export async function signIn(page: Page, login: string, language: "zh" | "en", address = "/"): Promise<void> {
  const words = SIGN_IN[language];
  await page.goto(address);
  await page.getByLabel(words.login).fill(login);
  await page.getByLabel(words.password, { exact: true }).fill(PASSWORD);
  await page.getByRole("button", { name: words.submit, exact: true }).click();
  await page
    .getByRole("navigation")
    .or(page.getByRole("button", { name: /菜单|Menu/ }))
    .first()
    .waitFor();
}

/** Waits until every skeleton has given way to what it stood for. */
export async function settled(page: Page): Promise<void> {
  await page.locator("main").first().waitFor();
  await page.locator(".ant-skeleton, [aria-busy=true]").first().waitFor({ state: "detached" });
  await page.locator(".nf-page").first().waitFor();
  await page.locator(".ant-skeleton, [aria-busy=true]").first().waitFor({ state: "detached" });
}

/** Whether something on the page pushes it wider than the window. */
export function isWiderThanWindow(page: Page): Promise<boolean> {
  return page.evaluate<boolean>("document.documentElement.scrollWidth > window.innerWidth");
}

const FOLDER = process.env.NIGHTFLOW_SCREENSHOTS;

/** Keeps a picture of the whole page for a person's eye in the folder `NIGHTFLOW_SCREENSHOTS`; none where it is not set. */
export async function keepPicture(page: Page, name: string): Promise<void> {
  if (FOLDER === undefined) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`), fullPage: true });
}
