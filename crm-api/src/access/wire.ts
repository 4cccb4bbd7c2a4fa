import { Role } from "@nightflow/domain";
import { z } from "zod";
import { named, Words } from "../http/schema.ts";
import { PERMISSION_KEYS } from "./permissions.ts";

const Login = z.string().trim().min(1).max(64);

/** Login and password. */
export const SignIn = named("SignIn", z.strictObject({ login: Login, password: z.string().min(1).max(256) }));

/** Who the first administrator is to be. */
export const Setup = named(
  "Setup",
  z.strictObject({
    token: z.string().min(1).max(128).meta({ description: "What the one-time link carries behind `#token=`." }),
    login: Login.regex(/^[A-Za-z0-9_.@-]+$/, "a login has letters, digits and _ . @ - only"),
    password: z.string().min(10, "a password has at least 10 characters").max(256),
  }),
);

/** Who is signed in, what he may do, and which time and money apply. */
export const Session = named(
  "Session",
  z.strictObject({
    user: z.strictObject({ id: z.uuid(), login: z.string(), displayName: z.string() }),
    role: Role,
    permissions: z.array(z.enum(PERMISSION_KEYS)),
    unit: z.strictObject({ id: z.uuid(), code: z.string(), path: z.string(), name: Words }),
    language: z.enum(["zh", "en"]).nullable(),
    zone: z.string().meta({ description: "IANA zone of the company." }),
    currency: z.string(),
    now: z.int().meta({ description: "Business clock now, epoch milliseconds." }),
    clockFactor: z.number().meta({ description: "Business milliseconds that pass in one real millisecond." }),
  }),
);
