import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import { SetAsideName } from "../collection/wire.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { matchChannels, storedHere } from "./channels.ts";
import { decide, meantEntries, type NewDecision } from "./decide.ts";
import { findDecision, listDecisions } from "./decisions.ts";
import { listDevices, removeDevice, saveDevice } from "./devices.ts";
import { entryPage, storeFilter } from "./lists.ts";
import { announcedChannels, quarantineView, register, rejectChannel, undoRejection } from "./quarantine.ts";
import {
  ApproveBody,
  ChannelBody,
  ChannelMatches,
  ChannelSearch,
  DecisionPage,
  DecisionRow,
  DeviceBody,
  DeviceList,
  DeviceRemoval,
  EntryPage,
  EntryQuery,
  QuarantineView,
  ReasonCounts,
  ReplayBody,
  SettleBody,
  StoredHere,
  StoredQuery,
} from "./wire.ts";

const tags = ["set-aside"];
const ListParams = z.strictObject({ list: SetAsideName });
const read = { permission: "collection.set_aside.read" } as const;
const decideRight = { permission: "collection.set_aside.decide" } as const;
const answer = { 200: DecisionRow, ...problems };
const ReasonQuery = EntryQuery.pick({ state: true, agent: true, channel: true, from: true, to: true });

/** What was set aside: lists to look at. What is in them may belong to no region, so they need the whole scope. */
function listRoutes(app: ApiServer, { db, store }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/set-aside/:list/entries",
    config: read,
    schema: {
      operationId: "findSetAside",
      tags,
      params: ListParams,
      querystring: EntryQuery,
      response: { 200: EntryPage, ...problems },
    },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "entries set aside");
      return entryPage(store, request.params.list, request.query);
    },
  });

  app.route({
    method: "GET",
    url: "/set-aside/:list/reasons",
    config: read,
    schema: {
      operationId: "countSetAside",
      tags,
      params: ListParams,
      querystring: ReasonQuery,
      response: { 200: ReasonCounts, ...problems },
    },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "entries set aside");
      const { state, ...filter } = request.query;
      const asked = { ...storeFilter(request.params.list, filter), ...(state !== "all" && { state }) };
      return { items: await store.countSetAside(asked) };
    },
  });

  app.route({
    method: "GET",
    url: "/quarantine",
    config: read,
    schema: { operationId: "getQuarantine", tags, response: { 200: QuarantineView, ...problems } },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "entries set aside");
      return quarantineView(db, store);
    },
  });

  app.route({
    method: "GET",
    url: "/set-aside-decisions",
    config: read,
    schema: { operationId: "listSetAsideDecisions", tags, response: { 200: DecisionPage, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "entries set aside");
      return { items: await listDecisions(db) };
    },
  });

  app.route({
    method: "GET",
    url: "/set-aside-decisions/:id",
    config: read,
    schema: { operationId: "getSetAsideDecision", tags, params: IdParams, response: answer },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "entries set aside");
      return findDecision(db, request.params.id);
    },
  });
}

/** Decisions about entries: each is a row, a job and an audit entry in one transaction; ingest does the job. */
function entryRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store } = deps;

  app.route({
    method: "POST",
    url: "/set-aside/:list/replay",
    config: decideRight,
    schema: { operationId: "replaySetAside", tags, params: ListParams, body: ReplayBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "entries set aside");
      const { reason, repair, ...which } = request.body;
      const filter = await meantEntries(store, request.params.list, which);
      const id = await db.transaction((tx) => decide(tx, deps, by, { kind: "replay", filter, reason, repair }));
      return findDecision(db, id);
    },
  });

  const settling = (url: string, operationId: string, kind: NewDecision["kind"], list: z.infer<typeof SetAsideName>) =>
    app.route({
      method: "POST",
      url,
      config: decideRight,
      schema: { operationId, tags, body: SettleBody, response: answer },
      handler: async (request) => {
        const by = principalOf(request);
        requireWholeScope(by.scope, "entries set aside");
        const { reason, ...which } = request.body;
        const filter = await meantEntries(store, list, which);
        const id = await db.transaction((tx) => decide(tx, deps, by, { kind, filter, reason }));
        return findDecision(db, id);
      },
    });
  settling("/set-aside/dead_letter/discard", "discardDeadLetters", "discard", "dead_letter");
  settling("/set-aside/conflict/keep-first", "keepFirstValues", "keep_first", "conflict");
}

/** Decisions about unknown channels. */
function channelRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, store, clock } = deps;

  app.route({
    method: "POST",
    url: "/quarantine/approve",
    config: decideRight,
    schema: { operationId: "approveChannel", tags, body: ApproveBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "entries set aside");
      const { channel, reason } = request.body;
      const filter = { list: "quarantine", channel } as const;
      const [group] = await store.groupSetAside(filter, 1);
      const said = group && (await announcedChannels(db, [group])).get(channel);
      const id = await db.transaction(async (tx) => {
        const target = await register(tx, by, request.body, said);
        return decide(tx, deps, by, {
          kind: "approve",
          filter,
          reason,
          channel,
          detail: { as: request.body.as, target },
        });
      });
      return findDecision(db, id);
    },
  });

  app.route({
    method: "POST",
    url: "/quarantine/reject",
    config: decideRight,
    schema: { operationId: "rejectChannel", tags, body: ChannelBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "entries set aside");
      const { channel, reason } = request.body;
      const id = await db.transaction(async (tx) => {
        await rejectChannel(tx, by, channel, reason, clock.now());
        return decide(tx, deps, by, { kind: "reject", filter: { list: "quarantine", channel }, reason, channel });
      });
      return findDecision(db, id);
    },
  });

  app.route({
    method: "POST",
    url: "/quarantine/undo-reject",
    config: decideRight,
    schema: { operationId: "undoRejectChannel", tags, body: ChannelBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "entries set aside");
      const { channel, reason } = request.body;
      const id = await db.transaction(async (tx) => {
        await undoRejection(tx, channel);
        return decide(tx, deps, by, { kind: "undo_reject", filter: { list: "quarantine", channel }, reason, channel });
      });
      return findDecision(db, id);
    },
  });
}

/** What is known of channels: what an entry can be mapped to, and what is stored where it would go. */
function knownChannelRoutes(app: ApiServer, { db, store }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/channels",
    config: read,
    schema: {
      operationId: "findChannels",
      tags,
      querystring: ChannelSearch,
      response: { 200: ChannelMatches, ...problems },
    },
    handler: async (request) => {
      const { scope } = principalOf(request);
      requireWholeScope(scope, "entries set aside");
      return { items: await matchChannels(db, scope, request.query.q) };
    },
  });

  app.route({
    method: "GET",
    url: "/channels/stored",
    config: read,
    schema: { operationId: "getStored", tags, querystring: StoredQuery, response: { 200: StoredHere, ...problems } },
    handler: (request) => {
      const { scope } = principalOf(request);
      requireWholeScope(scope, "entries set aside");
      return storedHere(db, store, scope, request.query);
    },
  });
}

/** Profiles of devices that are not Nightflow agents. */
function deviceRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db } = deps;
  const edit = { permission: "collection.device.edit" } as const;

  app.route({
    method: "GET",
    url: "/devices",
    config: read,
    schema: { operationId: "listDevices", tags, response: { 200: DeviceList, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "devices");
      return { items: await listDevices(db) };
    },
  });

  app.route({
    method: "POST",
    url: "/devices",
    config: edit,
    schema: {
      operationId: "saveDevice",
      tags,
      summary: "Sets the profile of a device, or changes it.",
      body: DeviceBody,
      response: { 200: DeviceList, ...problems },
    },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "devices");
      await saveDevice(deps, by, request.body);
      return { items: await listDevices(db) };
    },
  });

  app.route({
    method: "POST",
    url: "/devices/remove",
    config: edit,
    schema: { operationId: "removeDevice", tags, body: DeviceRemoval, response: { 200: DeviceList, ...problems } },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "devices");
      await removeDevice(deps, by, request.body);
      return { items: await listDevices(db) };
    },
  });
}

/** Everything about what was set aside, and about devices that are not our agents. */
export function setAsideRoutes(app: ApiServer, deps: ApiDeps): void {
  listRoutes(app, deps);
  entryRoutes(app, deps);
  channelRoutes(app, deps);
  knownChannelRoutes(app, deps);
  deviceRoutes(app, deps);
}
