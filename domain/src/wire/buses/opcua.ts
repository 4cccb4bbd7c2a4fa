import { z } from "zod";
import { Reporting } from "../../channel.ts";
import { Quantity, Unit } from "../../units.ts";
import { Id } from "../text.ts";
import { Period } from "./period.ts";

const nodeId = z.string().min(1).max(512).optional().meta({
  description:
    "`ns=2;s=FT-101.Flow`, or better `nsu=http://plant.example/;s=FT-101.Flow`: the server may number its namespaces anew at each start.",
});

const NEITHER_OR_BOTH = { path: ["nodeId"], message: "give either nodeId or path" };

function isNamedOnce(node: { readonly nodeId?: string | undefined; readonly path?: string | undefined }): boolean {
  return (node.nodeId === undefined) !== (node.path === undefined);
}

/** One monitored item of an OPC UA server: a node by its id, or by the path that leads to it. */
export const OpcUaItem = z
  .strictObject({
    meter: Id,
    nodeId,
    path: z.string().min(1).max(512).optional().meta({
      description:
        "In place of nodeId: browse names from the root, as `Objects/Plant*/FT-101/Flow`; must lead to exactly one variable. Looked up at each connection.",
    }),
    channel: Id,
    scale: z.number().default(1).meta({ description: "Node value × scale = the channel's unit." }),
  })
  .refine(isNamedOnce, NEITHER_OR_BOTH);
export type OpcUaItem = z.infer<typeof OpcUaItem>;

/** What a node is set to, or should show. */
export const OpcUaValue = z.union([z.boolean(), z.number(), z.string().max(256)]).meta({
  description: "As the node's data type says: true or false, a number, a text; an enumeration by its number.",
});
export type OpcUaValue = z.infer<typeof OpcUaValue>;

/** Where one sees that a command has been carried out. */
export const OpcUaConfirm = z
  .strictObject({
    nodeId,
    path: z.string().min(1).max(512).optional().meta({
      description: "In place of nodeId; `$1` is what the first `*` of the command's path stands for.",
    }),
    value: OpcUaValue,
    withinS: z.int().min(1).max(170).default(45).meta({
      description: "Looked at every second for so long; then the command has failed.",
      unit: "s",
    }),
  })
  .refine(isNamedOnce, NEITHER_OR_BOTH);
export type OpcUaConfirm = z.infer<typeof OpcUaConfirm>;

/** What is written to a server when people order something of a meter. */
export const OpcUaCommand = z
  .strictObject({
    command: z
      .string()
      .regex(/^[a-z0-9_]{1,64}$/, "must be 1 to 64 characters of a-z 0-9 _")
      .meta({
        description: "What it does: `valve_open` and `valve_close` are what the platform orders.",
      }),
    meter: z.string().min(1).max(64).meta({
      description:
        "Id of the meter; for many meters `$1` is what the first `*` of the path stands for, `$2` the second, as in `find`.",
    }),
    nodeId,
    path: z.string().min(1).max(512).optional().meta({
      description:
        "In place of nodeId: browse names from the root, looked up when the command comes; must lead to exactly one variable of the meter.",
    }),
    value: OpcUaValue,
    verify: z.boolean().default(true).meta({
      description:
        "Reads the node back and compares. Off for nodes that fall back by themselves, such as push buttons.",
    }),
    confirm: OpcUaConfirm.optional().meta({
      description: "Another node that says whether it has really happened, such as the valve's position.",
    }),
  })
  .refine(isNamedOnce, NEITHER_OR_BOTH)
  .refine(({ nodeId, meter }) => nodeId === undefined || !meter.includes("$"), {
    path: ["meter"],
    message: "$1 stands for a * of path: give path in place of nodeId",
  });
export type OpcUaCommand = z.infer<typeof OpcUaCommand>;

/** How the connection is protected. */
export const OpcUaSecurity = z.strictObject({
  policy: z.enum(["None", "Basic256Sha256", "Aes128_Sha256_RsaOaep", "Aes256_Sha256_RsaPss"]),
  mode: z.enum(["Sign", "SignAndEncrypt"]).default("SignAndEncrypt").meta({
    description: "Without meaning for the policy None.",
  }),
});
export type OpcUaSecurity = z.infer<typeof OpcUaSecurity>;

const Secret = z
  .string()
  .regex(/^[A-Za-z0-9_-]{1,64}$/, "letters, digits, - and _ only")
  .meta({ description: "Name of a file in the folder `secrets` of the agent's data directory, without its ending." });

/** As whom the agent signs in. Secrets are named here and lie on the gateway; a configuration never holds one. */
export const OpcUaIdentity = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("anonymous") }),
  z.strictObject({
    kind: z.literal("user"),
    user: z.string().min(1).max(200),
    secret: Secret.meta({
      description:
        "Password: `<dataDir>/secrets/<secret>.txt`, or the variable NIGHTFLOW_OPCUA_PASSWORD_<SECRET> (upper case, - as _).",
    }),
    allowUnprotected: z.boolean().default(false).meta({
      description: "Sends the password although the policy is None, where anyone on the wire may read it.",
    }),
  }),
  z.strictObject({
    kind: z.literal("certificate"),
    secret: Secret.meta({ description: "Certificate and key: `<dataDir>/secrets/<secret>.pem`, both in one file." }),
  }),
]);
export type OpcUaIdentity = z.infer<typeof OpcUaIdentity>;

/** What is fetched from the server's history after a gap. */
export const OpcUaHistory = z.strictObject({
  hours: z.number().min(0).max(8760).default(168).meta({
    description: "How far back a gap is filled, newest first, where the server keeps history. 0 never asks for it.",
    unit: "h",
  }),
  valuesPerRequest: z.int().min(1).max(10_000).default(1000).meta({
    description: "Most values of one node in one answer; what is more comes by continuation points.",
  }),
  pauseMs: z.int().min(0).max(60_000).default(200).meta({
    description: "Pause between two requests, so that live values come first.",
    unit: "ms",
  }),
});
export type OpcUaHistory = z.infer<typeof OpcUaHistory>;

/** Nodes that are found by a pattern at each connection, and the channels that they feed. */
export const OpcUaFind = z.strictObject({
  path: z.string().min(1).max(512).meta({
    description: "Browse names from the root with `*` and `?`, as `Objects/Plant*/FT-*/Flow`; `**` is any depth.",
  }),
  meter: z.string().min(1).max(64).default("$1").meta({
    description: "Id of the meter: `$1` is what the first `*` stands for, `$2` the second.",
  }),
  quantity: Quantity,
  unit: Unit,
  resolution: z.number().positive().optional().meta({ description: "Registers only: size of one count." }),
  scale: z.number().default(1),
  reporting: Reporting.optional(),
});
export type OpcUaFind = z.infer<typeof OpcUaFind>;

/** One OPC UA session with one subscription. */
export const OpcUaBus = z.strictObject({
  id: Id,
  kind: z.literal("opcua"),
  endpointUrl: z.string().startsWith("opc.tcp://"),
  security: OpcUaSecurity.prefault({ policy: "None" }),
  identity: OpcUaIdentity.prefault({ kind: "anonymous" }),
  mode: z.enum(["subscribe", "read"]).default("subscribe").meta({
    description:
      "`read` asks for every item at each boundary of the period; for servers whose subscriptions are no good.",
  }),
  samplingMs: z
    .int()
    .min(10)
    .max(3_600_000)
    .default(1000)
    .meta({ description: "Sampling interval asked of the server.", unit: "ms" }),
  publishMs: z
    .int()
    .min(10)
    .max(3_600_000)
    .default(1000)
    .meta({ description: "Publishing interval asked of the server.", unit: "ms" }),
  queueSize: z.int().min(1).max(1000).default(16).meta({
    description: "Samples of one item that the server keeps between two publishings.",
  }),
  periodS: Period.meta({
    description: "The last value is reported at least this often, while it is alive.",
    unit: "s",
  }),
  report: z.enum(["period", "change"]).default("period").meta({
    description:
      "`period`: the value nearest to each boundary of the period. `change`: besides that every sample, as it comes; `reporting` of the channel says which of them are sent.",
  }),
  timeFrom: z.enum(["source", "server"]).default("source").meta({
    description:
      "Whose time a reading carries. `server` for servers that leave the source time of a value that stands still as it was.",
  }),
  history: OpcUaHistory.prefault({}),
  items: z.array(OpcUaItem).max(50_000).default([]),
  find: z.array(OpcUaFind).max(100).default([]),
  commands: z.array(OpcUaCommand).max(5000).default([]).meta({
    description: "What people may order of its meters, and what is written then. Without it no node is ever written.",
  }),
  findMax: z.int().min(1).max(50_000).default(5000).meta({
    description: "Most nodes that `find` looks at and most items that it takes.",
  }),
});
export type OpcUaBus = z.infer<typeof OpcUaBus>;
