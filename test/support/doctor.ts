import type { Finding } from "../../src/model/finding.ts";
import type { BackfillReport } from "../../src/model/report.ts";
import { backfill } from "../../src/pipeline/backfill.ts";
import {
  type Examination,
  type ExamineOptions,
  examine,
} from "../../src/pipeline/upkeep/doctor.ts";
import type { Outside } from "../../src/pipeline/world.ts";
import type { Home } from "./home.ts";
import { EVERYTHING, worldOf } from "./world.ts";

/** The outside of a home, as a command that is run in it has it. */
export function outsideOf(home: Home, env: Outside["env"] = {}): Outside {
  const { PATH } = process.env;
  const url = home.database === null ? {} : { DATABASE_URL: home.database };
  return {
    env: { PATH, ...url, ...env },
    cwd: home.path,
    signal: new AbortController().signal,
    flags: { home: home.path },
  };
}

export function doctorOf(home: Home, options: ExamineOptions = {}): Promise<Examination> {
  return examine(outsideOf(home), options);
}

/** What is not right, as "CODE where: seen". */
export function ailments({ findings }: Pick<Examination, "findings">): readonly string[] {
  return findings
    .filter((one) => one.result !== "right")
    .map(({ code, where, seen }: Finding) => `${code} ${where ?? "."}: ${seen}`);
}

/** A backfill of everything, in this process. */
export async function backfillOf(home: Home): Promise<BackfillReport> {
  const world = await worldOf(home);
  try {
    return await backfill(world, EVERYTHING);
  } finally {
    await world.close();
  }
}
