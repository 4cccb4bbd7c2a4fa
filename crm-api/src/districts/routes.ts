import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams, KeyParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { districtSurroundings } from "./around.ts";
import { DistrictSurroundings } from "./around-wire.ts";
import { districtBalance } from "./balance.ts";
import { NewPressureLimits, PressureLimits, pressureLimits, setPressureLimits } from "./pressure-limits.ts";
import { NewStep, NewStepTest, StepTest, StepTestList } from "./step-test-wire.ts";
import { addStepTo, listStepTests, makeStepTest, removeStep } from "./step-tests.ts";
import { BalanceQuery, DistrictBalance } from "./wire.ts";

/** What a district takes in, gives out and loses. */
export function districtRoutes(app: ApiServer, deps: ApiDeps): void {
  const { db, clock } = deps;
  app.route({
    method: "GET",
    url: "/districts/:id/balance",
    config: { permission: "monitor.dma.read" },
    schema: {
      operationId: "getDistrictBalance",
      tags: ["overview"],
      params: KeyParams,
      querystring: BalanceQuery,
      response: { 200: DistrictBalance, ...problems },
    },
    handler: (request) =>
      districtBalance(db, principalOf(request).scope, request.params.id, request.query, clock.now()),
  });
  app.route({
    method: "GET",
    url: "/districts/:id/around",
    config: { permission: "monitor.dma.read" },
    schema: {
      operationId: "getDistrictSurroundings",
      tags: ["overview"],
      params: KeyParams,
      response: { 200: DistrictSurroundings, ...problems },
    },
    handler: (request) => districtSurroundings(deps, principalOf(request).scope, request.params.id),
  });
  pressureRoutes(app, deps);
  stepTestRoutes(app, deps);
}

const limits = { 200: PressureLimits, ...problems };

/** The limits that a district's gauges are judged by. */
function pressureRoutes(app: ApiServer, deps: ApiDeps): void {
  const url = "/districts/:id/pressure-limits";
  app.route({
    method: "GET",
    url,
    config: { permission: "monitor.dma.read" },
    schema: { operationId: "getPressureLimits", tags: ["overview"], params: KeyParams, response: limits },
    handler: (request) => pressureLimits(deps.db, principalOf(request).scope, request.params.id),
  });
  app.route({
    method: "PUT",
    url,
    config: { permission: "monitor.rule.tune" },
    schema: {
      operationId: "setPressureLimits",
      tags: ["overview"],
      params: KeyParams,
      body: NewPressureLimits,
      response: limits,
    },
    handler: (request) => setPressureLimits(deps, principalOf(request), request.params.id, request.body),
  });
}

const tags = ["step tests"];
const stepTest = { 200: StepTest, ...problems };

/** Step tests: which valve was turned when, and what it took off the inflow. */
function stepTestRoutes(app: ApiServer, deps: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/districts/:id/step-tests",
    config: { permission: "monitor.dma.read" },
    schema: { operationId: "listStepTests", tags, params: KeyParams, response: { 200: StepTestList, ...problems } },
    handler: async (request) => ({ items: await listStepTests(deps, principalOf(request).scope, request.params.id) }),
  });
  app.route({
    method: "POST",
    url: "/districts/:id/step-tests",
    config: { permission: "monitor.work.plan" },
    schema: { operationId: "makeStepTest", tags, params: KeyParams, body: NewStepTest, response: stepTest },
    handler: (request) => makeStepTest(deps, principalOf(request), request.params.id, request.body),
  });
  app.route({
    method: "POST",
    url: "/step-tests/:id/steps",
    config: { permission: "monitor.work.plan" },
    schema: { operationId: "addStepTestStep", tags, params: IdParams, body: NewStep, response: stepTest },
    handler: (request) => addStepTo(deps, principalOf(request), request.params.id, request.body),
  });
  app.route({
    method: "DELETE",
    url: "/step-tests/:id/steps/:stepId",
    config: { permission: "monitor.work.plan" },
    schema: { operationId: "removeStepTestStep", tags, params: StepParams, response: stepTest },
    handler: (request) => removeStep(deps, principalOf(request), request.params.id, request.params.stepId),
  });
}

const StepParams = z.strictObject({ id: z.uuid(), stepId: z.uuid() });
