import { expect, it } from "vitest";
import { isRegisteredBy, packetForPeople } from "./registration.ts";

const IMEI = "868120123456789";

it.each([
  ["an IMEI as text", Buffer.from(`IMEI:${IMEI}\r\n`), { imei: IMEI }],
  ["an IMEI packed with a leading 0", Buffer.from(`7B01${`0${IMEI}`}7B`, "hex"), { imei: IMEI }],
  ["an IMEI packed with an F behind it", Buffer.from(`${IMEI}F`, "hex"), { imei: IMEI }],
  ["an ICCID inside JSON", Buffer.from('{"iccid":"89860012345678901234"}'), { iccid: "89860012345678901234" }],
  ["an ICCID packed", Buffer.from("89860012345678901234", "hex"), { iccid: "89860012345678901234" }],
  ["a text", Buffer.from("reg,PUMP-07,v2"), { text: "PUMP-07" }],
  ["a text in Chinese", Buffer.from("站点:城北水厂"), { text: "城北水厂" }],
  ["bytes at the beginning", Buffer.from([0x5a, 0xa5, 1, 9]), { hex: "5A A5 01" }],
])("a device is known by %s", (_, packet, registration) => {
  expect(isRegisteredBy(packet, registration)).toBe(true);
});

it.each([
  ["a number that is part of a longer one", Buffer.from(`1${IMEI}`), { imei: IMEI }],
  ["a text that is part of a longer one", Buffer.from("PUMP-071"), { text: "PUMP-07" }],
  ["bytes further on", Buffer.from([0, 0x5a, 0xa5]), { hex: "5A A5" }],
  ["nothing", Buffer.alloc(0), { hex: "5A A5" }],
])("a device is not known by %s", (_, packet, registration) => {
  expect(isRegisteredBy(packet, registration)).toBe(false);
});

it("a packet is shown as text where it is text, else as hex", () => {
  expect(packetForPeople(Buffer.from("IMEI:1\r\n"))).toBe("IMEI:1");
  expect(packetForPeople(Buffer.from([0x5a, 0xa5, 0]))).toBe("5A A5 00");
  expect(packetForPeople(Buffer.concat([Buffer.from("PUMP-70"), Buffer.of(0xfe, 0x7b)]))).toBe("PUMP-70 FE 7B");
});
