import { bitsToFlags } from "@nightflow/domain";
import type { z } from "zod";
import { companyOf } from "../access/company.ts";
import { principalOf } from "../access/principal.ts";
import type { Scope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { BadRequestProblem } from "../http/problems.ts";
import { csvResponse, KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { editedPoints } from "../intervals/standing.ts";
import { recordExport } from "../system/record.ts";
import { curveCsv, registerCurve, usageCurve } from "./curves.ts";
import { pointsOfMeter } from "./points.ts";
import { channelsOf, channelValue, listMeters, loadMeter, qualityOf, withLastValues } from "./queries.ts";
import { CurveQuery, MeterCurve, MeterDetail, MeterPage, MeterQuery, ReadingList, ReadingsQuery } from "./wire.ts";

const tags = ["meters"];
const DAY_MS = 86_400_000;

/** Meters: the list with collection status, one meter, its curve and readings. */
export function meterRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store, clock } = deps;

  app.route({
    method: "GET",
    url: "/meters",
    config: { permission: "meter.meter.read" },
    schema: { operationId: "listMeters", tags, querystring: MeterQuery, response: { 200: MeterPage, ...problems } },
    handler: (request) => listMeters(db, store, principalOf(request).scope, request.query, clock.now()),
  });

  app.route({
    method: "GET",
    url: "/meters/:id",
    config: { permission: "meter.meter.read" },
    schema: { operationId: "getMeter", tags, params: KeyParams, response: { 200: MeterDetail, ...problems } },
    handler: (request) => meterDetail(deps, principalOf(request).scope, request.params.id),
  });

  app.route({
    method: "GET",
    url: "/meters/:id/curve",
    config: { permission: "meter.meter.read" },
    schema: {
      operationId: "getMeterCurve",
      tags,
      params: KeyParams,
      querystring: CurveQuery,
      response: { 200: MeterCurve, ...problems },
    },
    handler: async (request, reply): Promise<z.infer<typeof MeterCurve>> => {
      const { query } = request;
      const { points, zone } = await measuredMeter(deps, principalOf(request).scope, request.params.id);
      if (query.step === "raw") {
        // A year has 100,000 values: to check each against the schema takes longer than all else, and the compiler has done so.
        reply.type("application/json; charset=utf-8").serializer((curve: unknown) => JSON.stringify(curve));
        return registerCurve(store, points, query, zone);
      }
      return usageCurve(store, await editedPoints(db, points, query), { ...query, step: query.step }, zone);
    },
  });

  app.route({
    method: "GET",
    url: "/meters/:id/curve.csv",
    config: { permission: "meter.curve.export" },
    schema: {
      operationId: "exportMeterCurve",
      tags,
      params: KeyParams,
      querystring: CurveQuery,
      response: { 200: csvResponse, ...problems },
    },
    handler: async (request, reply) => {
      const { query, params } = request;
      if (query.step === "raw") throw new BadRequestProblem("a curve is exported by interval, hour, day or month");
      const { points, zone } = await measuredMeter(deps, principalOf(request).scope, params.id);
      const edited = await editedPoints(db, points, query);
      const curve = await usageCurve(store, edited, { ...query, step: query.step }, zone);
      await recordExport(deps, principalOf(request), { kind: "meter", subject: params.id, query });
      reply.type("text/csv; charset=utf-8");
      reply.header("content-disposition", `attachment; filename="${params.id.replace(/[^A-Za-z0-9_.-]/g, "_")}.csv"`);
      return curveCsv(curve);
    },
  });

  app.route({
    method: "GET",
    url: "/meters/:id/readings",
    config: { permission: "meter.meter.read" },
    schema: {
      operationId: "listMeterReadings",
      tags,
      params: KeyParams,
      querystring: ReadingsQuery,
      response: { 200: ReadingList, ...problems },
    },
    handler: (request) => meterReadings(deps, principalOf(request).scope, request.params.id, request.query),
  });
}

async function measuredMeter({ db }: ApiDeps, scope: Scope, id: string) {
  const meter = await loadMeter(db, scope, id);
  const { zone } = await companyOf(db, meter.unit_path);
  return { points: await pointsOfMeter(db, id), zone };
}

async function meterDetail(
  { db, store, clock }: ApiDeps,
  scope: Scope,
  id: string,
): Promise<z.infer<typeof MeterDetail>> {
  const meter = await loadMeter(db, scope, id);
  const [row] = await withLastValues(store, [meter], clock.now());
  if (row === undefined) throw new Error("one meter gives one row");
  const channels = await channelsOf(db, id);
  const values = await store.lastValues(channels.map((channel) => channel.id));
  return {
    ...row,
    q3M3h: meter.q3_m3h,
    q4M3h: meter.q4_m3h,
    capacityM3: meter.capacity_m3,
    state: meter.state,
    zone: (await companyOf(db, meter.unit_path)).zone,
    channels: channels.map((channel) => {
      const last = values.find((value) => value.channel === channel.id);
      return {
        ...channel,
        isMain: channel.id === meter.channel_id,
        lastReadAt: last?.readAtMs ?? null,
        lastQuality: last === undefined ? null : qualityOf(last.quality),
        value: last === undefined ? null : channelValue(last, channel.resolution),
      };
    }),
  };
}

async function meterReadings(
  { db, store, clock }: ApiDeps,
  scope: Scope,
  id: string,
  query: z.infer<typeof ReadingsQuery>,
): Promise<z.infer<typeof ReadingList>> {
  const meter = await loadMeter(db, scope, id);
  const wanted = query.channel ?? meter.channel_id;
  const channel = (await channelsOf(db, id)).find((one) => one.id === wanted);
  if (channel === undefined) return { items: [], isCut: false };
  const to = query.to ?? clock.now() + DAY_MS;
  const curve = await store.curve(channel.id, query.from ?? to - 8 * DAY_MS, to);
  const first = Math.max(0, curve.length - query.limit);
  const items = Array.from({ length: curve.length - first }, (_, i) => {
    const at = curve.length - 1 - i;
    const quality = curve.qualities[at] ?? 2;
    const counts = curve.counts[at] ?? null;
    return {
      channel: channel.id,
      quantity: channel.quantity,
      unit: channel.unit,
      readAt: curve.readAtMs[at] ?? 0,
      value: channelValue({ quality, counts, gauge: curve.gauges[at] ?? null }, channel.resolution),
      quality: qualityOf(quality),
      flags: bitsToFlags(curve.flags[at] ?? 0),
    };
  });
  return { items, isCut: first > 0 };
}
