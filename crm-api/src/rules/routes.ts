import { principalOf } from "../access/principal.ts";
import { requireWholeScope } from "../access/scope.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { listRules, PRECISION_DAYS } from "./list.ts";
import { ruleOutcomes } from "./outcomes.ts";
import { askPreview, cancelPreview, findPreview } from "./previews.ts";
import { restoreRule, ruleVersions, setRule } from "./settings.ts";
import {
  RuleList,
  RuleOutcomes,
  RuleParams,
  RulePreview,
  RulePreviewBody,
  RuleRestoreBody,
  RuleSettingBody,
  RuleVersions,
} from "./wire.ts";

const tags = ["rules"];
const read = { permission: "monitor.rule.read" } as const;
const tune = { permission: "monitor.rule.tune" } as const;

/** The rules: what they are judged by, how often they were right, and trying and setting them. They belong to no region. */
export function ruleRoutes(app: ApiServer, deps: ApiDeps): void {
  listRoutes(app, deps);
  outcomeRoutes(app, deps);
  settingRoutes(app, deps);
  previewRoutes(app, deps);
}

function listRoutes(app: ApiServer, { db, clock }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/rules",
    config: read,
    schema: { operationId: "listRules", tags, response: { 200: RuleList, ...problems } },
    handler: async (request) => {
      requireWholeScope(principalOf(request).scope, "rules");
      return { days: PRECISION_DAYS, items: await listRules(db, clock.now()) };
    },
  });
  app.route({
    method: "GET",
    url: "/rules/:code/versions",
    config: read,
    schema: { operationId: "listRuleVersions", tags, params: RuleParams, response: { 200: RuleVersions, ...problems } },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "rules");
      return ruleVersions(db, request.params.code);
    },
  });
}

function outcomeRoutes(app: ApiServer, { db, clock }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/rules/:code/outcomes",
    config: read,
    schema: { operationId: "listRuleOutcomes", tags, params: RuleParams, response: { 200: RuleOutcomes, ...problems } },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "rules");
      return ruleOutcomes(db, request.params.code, clock.now());
    },
  });
}

function settingRoutes(app: ApiServer, deps: ApiDeps): void {
  const answer = { 200: RuleVersions, ...problems };
  app.route({
    method: "POST",
    url: "/rules/:code/settings",
    config: tune,
    schema: { operationId: "setRule", tags, params: RuleParams, body: RuleSettingBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "rules");
      await setRule(deps, by, request.params.code, request.body);
      return ruleVersions(deps.db, request.params.code);
    },
  });
  app.route({
    method: "POST",
    url: "/rules/:code/restore",
    config: tune,
    schema: { operationId: "restoreRule", tags, params: RuleParams, body: RuleRestoreBody, response: answer },
    handler: async (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "rules");
      await restoreRule(deps, by, request.params.code, request.body);
      return ruleVersions(deps.db, request.params.code);
    },
  });
}

function previewRoutes(app: ApiServer, deps: ApiDeps): void {
  const answer = { 200: RulePreview, ...problems };
  app.route({
    method: "POST",
    url: "/rules/:code/preview",
    config: tune,
    schema: { operationId: "previewRule", tags, params: RuleParams, body: RulePreviewBody, response: answer },
    handler: (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "rules");
      return askPreview(deps, by, request.params.code, request.body);
    },
  });
  app.route({
    method: "GET",
    url: "/rules/previews/:id",
    config: read,
    schema: { operationId: "getRulePreview", tags, params: IdParams, response: answer },
    handler: (request) => {
      requireWholeScope(principalOf(request).scope, "rules");
      return findPreview(deps, request.params.id);
    },
  });
  app.route({
    method: "POST",
    url: "/rules/previews/:id/cancel",
    config: tune,
    schema: { operationId: "cancelRulePreview", tags, params: IdParams, response: answer },
    handler: (request) => {
      const by = principalOf(request);
      requireWholeScope(by.scope, "rules");
      return cancelPreview(deps, by, request.params.id);
    },
  });
}
