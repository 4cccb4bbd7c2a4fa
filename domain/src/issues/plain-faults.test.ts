import { expect, it } from "vitest";
import { z } from "zod";
import { checkPlainly, faultLine } from "./plain-faults.ts";

const Period = z.int().min(1).max(86_400);
const forms = z.discriminatedUnion("kind", [
  z.strictObject({ kind: z.literal("tcp"), host: z.string().min(1) }),
  z.strictObject({ kind: z.literal("serial"), path: z.string() }),
]);
const either = z.union([z.strictObject({ words: z.int() }), z.strictObject({ value: z.int().max(2) })]);

it.each<[string, z.ZodType, unknown, string, string]>([
  ["an empty text", z.string().min(1), "", "must not be empty", "不能为空"],
  ["a short text", z.string().min(8), "ab", "must have at least 8 characters", "应有至少 8 个字符"],
  ["a text of another length", z.string().length(3), "ab", "must have exactly 3 characters", "应有恰好 3 个字符"],
  ["a long text", z.string().max(2), "abc", "must have at most 2 characters", "应有至多 2 个字符"],
  ["an empty list", z.array(z.int()).min(1), [], "must have at least one entry", "至少要有一项"],
  ["a long list", z.array(z.int()).max(1), [1, 2], "must have at most 1 entries", "应有至多 1 项"],
  ["a number that is too small", Period, 0, "must be at least 1, and is 0", "应为至少 1，现为0"],
  ["a number that is too big", Period, 86_401, "must be at most 86400, and is 86401", "应为至多 86400，现为86401"],
  ["a number at its open bound", z.number().positive(), 0, "must be more than 0, and is 0", "应为大于 0，现为0"],
  ["a number at its upper open bound", z.number().lt(1), 1, "must be less than 1, and is 1", "应为小于 1，现为1"],
  ["half a whole number", Period, 1.5, "must be a whole number, and is 1.5", "应为整数，现为1.5"],
  ["no number", z.number(), Number.NaN, "must be a number, and is NaN", "应为数字，现为NaN"],
  ["a step that is missed", z.number().multipleOf(5), 7, "must be a multiple of 5, and is 7", "应为5 的倍数，现为7"],
  ["a text for a number", z.number(), "60", 'must be a number, and is the text "60"', "应为数字，现为文本“60”"],
  ["a number for a text", z.string(), 60, "must be a text, and is 60", "应为文本，现为60"],
  ["nothing", z.string(), undefined, "is missing: it must be a text", "缺少：应为文本"],
  ["an empty key of YAML", z.string(), null, "must be a text, and is empty", "应为文本，现为空的"],
  [
    "yes for true",
    z.boolean(),
    "yes",
    'must be true or false, and is the text "yes"',
    "应为true 或 false，现为文本“yes”",
  ],
  ["an object for a list", z.array(z.int()), {}, "must be a list, and is a group of keys", "应为列表，现为键值组"],
  ["a list for an object", z.strictObject({}), [], "must be a group of keys, and is a list", "应为键值组，现为列表"],
  [
    "another word",
    z.enum(["drop", "stop"]),
    "halt",
    'must be one of drop, stop, and is the text "halt"',
    "应为其中之一：drop, stop，现为文本“halt”",
  ],
  [
    "a mistyped word",
    z.enum(["even", "odd"]),
    "evn",
    'must be one of even, odd, and is the text "evn": did you mean even?',
    "应为其中之一：even, odd，现为文本“evn”；是否要写 even？",
  ],
  ["another version", z.literal(1), 2, "must be 1, and is 2", "应为1，现为2"],
  [
    "one of some values",
    z.union([z.literal(3), z.literal(4)]),
    5,
    "must be one of 3, 4, and is 5",
    "应为其中之一：3, 4，现为5",
  ],
  [
    "a pattern",
    z.string().regex(/^k/),
    "x",
    'must be a text of the form /^k/, and is the text "x"',
    "应为符合 /^k/ 的文本，现为文本“x”",
  ],
  [
    "a beginning",
    z.string().startsWith("opc.tcp://"),
    "http://x",
    'must be a text that begins with opc.tcp://, and is the text "http://x"',
    "应为以 opc.tcp:// 开头的文本，现为文本“http://x”",
  ],
  [
    "an end",
    z.string().endsWith(".json"),
    "a",
    'must be a text that ends with .json, and is the text "a"',
    "应为以 .json 结尾的文本，现为文本“a”",
  ],
  [
    "a part",
    z.string().includes("@"),
    "a",
    'must be a text with @ in it, and is the text "a"',
    "应为含有 @ 的文本，现为文本“a”",
  ],
  [
    "no address",
    z.url(),
    "water",
    'must be an address such as https://water.example, and is the text "water"',
    "应为网址，例如 https://water.example，现为文本“water”",
  ],
  [
    "no instant",
    z.iso.datetime(),
    "today",
    'must be an instant such as 2026-01-31T08:00:00Z, and is the text "today"',
    "应为时刻，例如 2026-01-31T08:00:00Z，现为文本“today”",
  ],
  ["no UUID", z.uuid(), "7", 'must be a UUID, and is the text "7"', "应为UUID，现为文本“7”"],
  [
    "words of the schema itself",
    z.string().regex(/^a/, "must begin with a"),
    "b",
    "must begin with a",
    "must begin with a",
  ],
  [
    "a number or a word",
    z.union([z.int(), z.literal("modicon")]),
    "x",
    'must be a number, and is the text "x"; or must be modicon, and is the text "x"',
    "应为数字，现为文本“x”；或者 应为modicon，现为文本“x”",
  ],
])("%s is said in plain words", (_, schema, data, message, zh) => {
  expect(checkPlainly(schema, data)).toEqual({ data: null, faults: [{ path: "", message, zh }] });
});

it.each<[string, z.ZodType, unknown, string[]]>([
  [
    "an unknown key",
    z.strictObject({ periodS: Period, host: z.string() }),
    { periodS: 1, host: "a", period: 2 },
    ["file: unknown key period: did you mean periodS?"],
  ],
  [
    "a key like no other",
    z.strictObject({ periodS: Period }),
    { periodS: 1, colour: 2 },
    ["file: unknown key colour; known are periodS"],
  ],
  [
    "an unknown kind",
    z.strictObject({ at: forms }),
    { at: { kind: "tpc" } },
    ['at.kind: must be one of tcp, serial, and is the text "tpc": did you mean tcp?'],
  ],
  ["no kind", z.strictObject({ at: forms }), { at: {} }, ["at.kind: is missing: it must be one of tcp, serial"]],
  [
    "a form that is nearly right",
    z.strictObject({ at: either }),
    { at: { value: 5 } },
    ["at.value: must be at most 2, and is 5"],
  ],
  [
    "a key's name",
    z.record(z.string().regex(/^[a-z]+$/, "small letters only"), z.int()),
    { A: 1 },
    ["A: this key's name is not right: small letters only"],
  ],
  [
    "a secret",
    z.strictObject({ password: z.string().min(20).max(30), token: z.int() }),
    { password: "x".repeat(40), token: "s3cret" },
    ["password: must have at most 30 characters", "token: must be a number"],
  ],
])("%s is named with its path, and nothing secret with it", (_, schema, data, lines) => {
  expect(checkPlainly(schema, data).faults.map((fault) => faultLine(fault))).toEqual(lines);
});

it("everything that is wrong is said at once, and what is right comes back", () => {
  const schema = z.strictObject({ a: Period, b: forms, c: z.string().default("x") });
  expect(checkPlainly(schema, { a: 0, b: { kind: "tcp" }, d: 1 }).faults.map((fault) => faultLine(fault))).toEqual([
    "a: must be at least 1, and is 0",
    "b.host: is missing: it must be a text",
    "file: unknown key d; known are a, b, c",
  ]);
  expect(checkPlainly(schema, { a: 1, b: { kind: "tcp", host: "h" } })).toMatchObject({ data: { c: "x" }, faults: [] });
});
