/**
 * What takes bytes from outside apart, for those who test it with bytes that no meter sends. Nothing here has state beyond
 * what it is given, and each throws a `MeterDataError` or nothing.
 */
export { bundledDialects } from "./drivers/cjt188/dialects.ts";
export { Cjt188Scanner, decodeCjt188Frame, encodeCjt188Frame } from "./drivers/cjt188/frame.ts";
export { decodeDeviceTime, decodeHistory, decodeMeterData } from "./drivers/cjt188/meter-data.ts";
export { decodeMbusFrame, encodeMbusFrame, MbusScanner } from "./drivers/mbus/frame.ts";
export { decodeMbusHeader } from "./drivers/mbus/header.ts";
export { decodeMbusRecords } from "./drivers/mbus/records.ts";
export { encodeWmbusLink } from "./drivers/mbus/wireless/link-frame.ts";
export { decodeWmbusTelegram } from "./drivers/mbus/wireless/telegram.ts";
export { framingOf } from "./drivers/modbus/framing/framing.ts";
export { decodePdu } from "./drivers/modbus/pdu.ts";
export { encodeFrame, scanFrames } from "./outbox/frame.ts";
export { matchDial, parseDial } from "./probe/dial.ts";
