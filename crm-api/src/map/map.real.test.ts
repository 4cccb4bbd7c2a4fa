import { replaceMap } from "@nightflow/storage";
import { testDatabase } from "@nightflow/storage/testing";
import { expect, test } from "vitest";
import { cleanUpAfterEach, startHarness } from "../testing/harness.ts";
import type { UtilityMap } from "./wire.ts";

const databases = testDatabase();
cleanUpAfterEach();

const outline = {
  type: "Polygon",
  coordinates: [
    [
      [120, 30],
      [120.01, 30],
      [120.01, 30.01],
      [120, 30],
    ],
  ],
} as const;
const district = (dmaId: string) => ({ layer: "district", dmaId, name: null, geometry: outline }) as const;
const lake = { layer: "water", dmaId: null, name: "North lake", geometry: outline } as const;
const who = { actor: "test", at: 0 };

test("the map shows the districts that one may see, and what lies behind them", async () => {
  const { db, signIn } = await startHarness(databases);
  const empty = await (await signIn("control")).get<UtilityMap>("/api/map");
  expect(empty.body).toEqual({ districts: [], background: [] });
  expect(await replaceMap(db, [district("DMA-N"), district("DMA-S"), lake], who)).toEqual([]);
  const seenBy = async (login: string) => (await (await signIn(login)).get<UtilityMap>("/api/map")).body;
  expect((await seenBy("control")).districts.map(({ dmaId }) => dmaId)).toEqual(["DMA-N", "DMA-S"]);
  const northern = await seenBy("control-north");
  expect(northern.districts).toEqual([{ dmaId: "DMA-N", geometry: outline }]);
  expect(northern.background).toEqual([{ layer: "water", name: "North lake", geometry: outline }]);
});

test("an outline of a district that does not exist is a fault, and the map before stays", async () => {
  const { db, signIn } = await startHarness(databases);
  await replaceMap(db, [district("DMA-N")], who);
  const faults = await replaceMap(db, [lake, district("NOWHERE")], who);
  expect(faults).toEqual([expect.stringContaining("there is no district NOWHERE")]);
  expect(await replaceMap(db, [district("NOWHERE")], { ...who, dryRun: true, newDistricts: ["NOWHERE"] })).toEqual([]);
  const { body } = await (await signIn("control")).get<UtilityMap>("/api/map");
  expect(body.districts).toHaveLength(1);
});
