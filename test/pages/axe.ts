import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe finds serious or critical on a page, in words; empty when all is well. */
export async function seriousFaults(page: Page): Promise<string[]> {
  await atRest(page);
  // Without legacy mode axe opens a second page for every look, for frames of other origins, of which there are none; and
  // of what passes nobody reads where it stands. Either takes longer than all rules together.
  const axe = new AxeBuilder({ page }).setLegacyMode().options({ resultTypes: ["violations"] });
  const { violations } = await axe.analyze();
  const serious = violations.filter(({ impact }) => impact === "serious" || impact === "critical");
  return serious.map(
    ({ id, help, nodes }) => `${id}: ${help} (${nodes.map((node) => node.html.slice(0, 160)).join(" | ")})`,
  );
}

// A dialog that is fading in has other contrasts than the one people read. As text, since it runs in the page.
const AT_REST = `Promise.race([
  Promise.allSettled(
    document.getAnimations()
      .filter((one) => one.effect && one.effect.getComputedTiming().endTime !== Infinity)
      .map((one) => one.finished),
  ),
  new Promise((resolve) => setTimeout(resolve, 2000)),
]).then(() => undefined)`;

async function atRest(page: Page): Promise<void> {
  await page.evaluate(AT_REST);
}
