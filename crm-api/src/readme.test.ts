import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { buildAppOfNothing } from "./openapi.ts";

test("the README lists every route with the right that it needs, and no other", async () => {
  const app = await buildAppOfNothing();
  const routes = app.routeRights.filter((route) => route.method !== "HEAD");
  const readme = await readFile(new URL("../README.md", import.meta.url), "utf8");
  const listed = [...readme.matchAll(/^\| `([A-Z]+ \/api\S*)` \| `(\S+)` \|/gm)].map(
    ([, route, right]) => `${route} ${right}`,
  );
  expect(listed.sort()).toEqual(routes.map(({ method, url, permission }) => `${method} ${url} ${permission}`).sort());
  await app.close();
});
