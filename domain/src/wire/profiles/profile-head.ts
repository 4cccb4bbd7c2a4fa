import { z } from "zod";

/** Name of a meter profile: lower case, digits and dashes, as its file is named without `.json`. */
export const ProfileName = z.string().regex(/^[a-z0-9][a-z0-9-]{0,63}$/);

/** Where the knowledge of a model comes from, so that another person can look it up. */
export const ProfileSource = z.strictObject({
  document: z.string().min(1).meta({ description: "Title of the manual or register list." }),
  edition: z.string().min(1).optional().meta({ description: "Number or date of its edition, where it bears one." }),
  pages: z.string().min(1),
  reference: z.string().min(1).meta({ description: "Where the document was found." }),
});
export type ProfileSource = z.infer<typeof ProfileSource>;

/** What a set bit or a code of a status word means. */
export const StatusMeaning = z.strictObject({
  name: z.string().regex(/^[a-z0-9_]{1,64}$/),
  en: z.string().min(1),
  zh: z.string().min(1),
  severity: z.enum(["alarm", "warning", "info"]).meta({
    description: "`alarm`: the measurement cannot be trusted or the meter is failing; `info`: nobody has to act.",
  }),
  flag: z.enum(["device_alarm", "reverse", "zero", "clock_shift"]).optional().meta({
    description: "Flag that readings of the same poll get while it stands.",
  }),
});
export type StatusMeaning = z.infer<typeof StatusMeaning>;

const BIT_NUMBER = /^([0-9]|[1-5][0-9]|6[0-3])$/;
const CODE = /^-?\d{1,10}$/;

/** How a status word reads. A word of latched bits tells what has been, not what is: the two are never mixed. */
export const StatusWord = z
  .strictObject({
    latched: z.boolean().default(false).meta({
      description: "True: a bit stays set until someone resets it at the meter. False: it stands while its cause does.",
    }),
    bits: z.record(z.string().regex(BIT_NUMBER), StatusMeaning).default({}).meta({
      description: "Meaning of each bit, 0 the lowest.",
    }),
    codes: z.record(z.string().regex(CODE), StatusMeaning).default({}).meta({
      description: "Meaning of each value, where the word is a code and no set of bits.",
    }),
  })
  .refine((word) => Object.keys(word.bits).length === 0 || Object.keys(word.codes).length === 0, {
    message: "a status word has bits or codes, not both",
  });
export type StatusWord = z.infer<typeof StatusWord>;
