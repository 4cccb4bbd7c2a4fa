import { z } from "zod";
import { principalOf } from "../access/principal.ts";
import type { ApiDeps } from "../deps.ts";
import { csvResponse, IdParams, problems } from "../http/schema.ts";
import type { ApiServer } from "../http/types.ts";
import { recordExport } from "../system/record.ts";
import { orderReport } from "./order.ts";
import { listReports, loadReport, reportFileHash } from "./queries.ts";
import { ReportOrder, ReportPage, ReportQuery, ReportRun } from "./wire.ts";

const tags = ["reports"];
const params = IdParams;

// A report is a document, not a page of the application: no script runs in it and it reaches nothing.
const DOCUMENT_CSP = "sandbox; default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'";

/** Usage-curve reports: what there is, ordering one, and its files. */
export function reportRoutes(app: ApiServer, { db, clock, jobs, files }: ApiDeps): void {
  app.route({
    method: "GET",
    url: "/reports",
    config: { permission: "report.usage.read" },
    schema: { operationId: "listReports", tags, querystring: ReportQuery, response: { 200: ReportPage, ...problems } },
    handler: (request) => listReports(db, principalOf(request).scope, request.query),
  });

  app.route({
    method: "POST",
    url: "/reports",
    config: { permission: "report.usage.order" },
    schema: {
      operationId: "orderReport",
      tags,
      summary: "Orders a monthly report. 200 instead of 202 when the same one is being made already.",
      body: ReportOrder,
      response: { 200: ReportRun, 202: ReportRun, ...problems },
    },
    handler: async (request, reply) => {
      const by = principalOf(request);
      const order = await db.transaction((tx) => orderReport(tx, { clock, jobs }, by, by.scope, request.body));
      return reply.code(order.isNew ? 202 : 200).send(await loadReport(db, by.scope, order.id));
    },
  });

  app.route({
    method: "GET",
    url: "/reports/:id",
    config: { permission: "report.usage.read" },
    schema: { operationId: "getReport", tags, params, response: { 200: ReportRun, ...problems } },
    handler: (request) => loadReport(db, principalOf(request).scope, request.params.id),
  });

  app.route({
    method: "GET",
    url: "/reports/:id/file.html",
    config: { permission: "report.usage.read" },
    schema: {
      operationId: "getReportHtml",
      tags,
      params,
      response: {
        200: { description: "The report as one HTML document.", content: { "text/html": { schema: z.string() } } },
        ...problems,
      },
    },
    handler: async (request, reply) => {
      const hash = await reportFileHash(db, principalOf(request).scope, request.params.id, "html");
      reply.header("content-security-policy", DOCUMENT_CSP).type("text/html; charset=utf-8");
      return Buffer.from(await files.read(hash)).toString("utf8");
    },
  });

  app.route({
    method: "GET",
    url: "/reports/:id/file.csv",
    config: { permission: "report.usage.read" },
    schema: { operationId: "getReportCsv", tags, params, response: { 200: csvResponse, ...problems } },
    handler: async (request, reply) => {
      const hash = await reportFileHash(db, principalOf(request).scope, request.params.id, "csv");
      await recordExport({ db, clock }, principalOf(request), { kind: "report", subject: request.params.id });
      reply.header("content-disposition", `attachment; filename="usage-${request.params.id}.csv"`);
      reply.type("text/csv; charset=utf-8");
      return Buffer.from(await files.read(hash)).toString("utf8");
    },
  });
}
