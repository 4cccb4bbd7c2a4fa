import { describe, expect, it } from "vitest";
import { MISBEHAVIOURS, type Misbehaviour, misbehave } from "./misbehaviour.ts";
import { PlainUnits, plainWord } from "./plain-units.ts";
import { type FramedRequest, framed, requestStream } from "./request-streams.ts";

const READ: FramedRequest = { transactionId: 0, unitId: 1, pdu: Buffer.from("030000000a", "hex") };

describe.each(["tcp", "rtu", "ascii"] as const)("requests framed as %s", (framing) => {
  it("come out whole however the stream is cut", () => {
    const stream = Buffer.concat([framed(framing, READ), framed(framing, READ)]);
    for (let cut = 1; cut < stream.length; cut++) {
      const push = requestStream(framing);
      const found = [...(push(stream.subarray(0, cut)) ?? []), ...(push(stream.subarray(cut)) ?? [])];
      expect(found.map(({ unitId, pdu }) => [unitId, pdu.toString("hex")])).toEqual([
        [1, READ.pdu.toString("hex")],
        [1, READ.pdu.toString("hex")],
      ]);
    }
  });

  it("are answered in as many bad ways as there are, each another", () => {
    const answer = { ...READ, pdu: new PlainUnits().answer(READ) };
    const sent = Object.keys(MISBEHAVIOURS).map((how) =>
      JSON.stringify(misbehave(how as Misbehaviour, framing, answer, { lateMs: 100, byteMs: 1 })),
    );
    const alike = framing === "tcp" ? 0 : 1;
    expect(new Set(sent).size).toBe(sent.length - alike);
  });
});

it("the RTU frame of a TUF-2000's manual is made and read", () => {
  expect(framed("rtu", READ).toString("hex")).toBe("01030000000ac5cd");
  expect(requestStream("rtu")(Buffer.from("01030000000ac5ce", "hex"))).toBeUndefined();
});

it("units keep what is written, and say where else a word is from", () => {
  const units = new PlainUnits();
  const ask = (hex: string) =>
    units.answer({ transactionId: 0, unitId: 3, pdu: Buffer.from(hex, "hex") }).toString("hex");
  expect(ask("0300640001")).toBe(`0302${plainWord(3, 100).toString(16).padStart(4, "0")}`);
  expect(ask("100064000204000a0102")).toBe("1000640002");
  expect(ask("0300640002")).toBe("0304000a0102");
  expect(ask("050002ff00")).toBe("050002ff00");
  expect(ask("0100000004")).toBe("01010e");
  expect(ask("2b0e010000")).toBe("ab01");
});
