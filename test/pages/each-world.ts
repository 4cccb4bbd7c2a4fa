import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { launchBrowser } from "./browser.ts";
import { Stage, type World } from "./stage.ts";

/** What a test of the pages stands on. */
export interface PageTest {
  readonly stage: Stage;
  readonly world: World;
  readonly browser: Browser;
}

/** Gives every test of the describe block that calls it a fresh world, on one stage and one browser, and ends all of it. */
export function inAFreshWorldEach(take: (test: PageTest) => void): void {
  let stage: Stage;
  let browser: Browser;
  beforeAll(async () => {
    [stage, browser] = await Promise.all([Stage.open(), launchBrowser()]);
  });
  afterAll(async () => {
    await browser?.close();
    await stage?.close();
  });
  beforeEach(async () => {
    take({ stage, browser, world: await stage.world() });
  });
  afterEach(async () => {
    await Promise.all((browser?.contexts() ?? []).map((window) => window.close()));
    await stage?.endWorlds();
  });
}
