/**
 * The half of an agent that loses nothing: what it has read, kept on disk until the head-end says "stored for good".
 * Buses, sockets and files are its callers' matter, which is why a simulation comes in by this door.
 */
export type { Disk, DiskFile } from "./outbox/disk.ts";
export { FRAME_KINDS, scanFrames } from "./outbox/frame.ts";
export { type OutboxFill, OutboxLimits, type TakenBatch } from "./outbox/limits.ts";
export { Outbox, type OutboxDeps } from "./outbox/outbox.ts";
export { HollowRange, StoredBatch } from "./outbox/segment-schema.ts";
export { Publisher, type PublisherDeps } from "./publisher/publisher.ts";
export type { OpenUplink, Uplink, UplinkListener } from "./publisher/uplink.ts";
export type { Timers } from "./timers.ts";
