import process from "node:process";

/** Where every random test begins: the same inputs in each run, other ones with CANONRY_SEED. A failure prints it. */
export const SEED = Number(process.env["CANONRY_SEED"] ?? 20_261_121);
