import { Command } from "commander";
import { CanonryError } from "../../model/errors.ts";
import { examine, fix, undoFix } from "../../pipeline/upkeep/doctor.ts";
import type { Context, GlobalOptions } from "../context.ts";
import { renderExamination, renderMoved, renderMoves } from "../render-doctor.ts";

interface DoctorFlags extends GlobalOptions {
  readonly json?: boolean;
  readonly all?: boolean;
  readonly fix?: boolean;
  readonly apply?: boolean;
  readonly undo?: string;
}

export function doctorCommand(context: Context): Command {
  return new Command("doctor")
    .description(
      "look for what is not as it should be; changes nothing; exits 7 if anything is wrong",
    )
    .option("--all", "show what is right too")
    .option("--fix", "show where it would move what stands where it should not")
    .option("--apply", "with --fix: move it, and write a journal")
    .option("--undo <journal>", "move back what a journal of --fix --apply moved")
    .option("--json", "print it as JSON")
    .addHelpText(
      "after",
      `
Examples:
  canonry doctor
  canonry doctor --fix            what would be moved, and where to
  canonry doctor --fix --apply    move it; nothing is written over, and the journal undoes it

docs/recovery.md says what to do when something was lost.`,
    )
    .action(async (_flags: object, command: Command) => {
      const flags = command.optsWithGlobals<DoctorFlags>();
      const outside = { ...context, flags };
      if (flags.undo !== undefined) await undone(context, flags, flags.undo, outside);
      else if (flags.apply === true) await applied(context, flags, outside);
      else await examined(context, flags, outside);
    });
}

type Outside = Parameters<typeof examine>[0];

async function examined(context: Context, flags: DoctorFlags, outside: Outside): Promise<void> {
  const seen = await examine(outside);
  if (flags.json === true) context.terminal.data(JSON.stringify(seen, null, 2));
  else {
    context.terminal.data(renderExamination(seen, flags.all === true));
    if (flags.fix === true) context.terminal.data(renderMoves(seen));
  }
  if (seen.findings.some((one) => one.result === "wrong")) context.exit(7);
}

/** What is wrong afterwards counts. */
async function applied(context: Context, flags: DoctorFlags, outside: Outside): Promise<void> {
  if (flags.fix !== true) throw new CanonryError("USAGE", "--apply goes with --fix");
  const fixed = await fix(outside);
  const seen = await examine(outside);
  if (flags.json === true) context.terminal.data(JSON.stringify({ ...seen, fixed }, null, 2));
  else
    context.terminal.data(
      `${renderMoved([...fixed.settled, ...fixed.moved], fixed.journal)}\n${renderExamination(seen, flags.all === true)}`,
    );
  if (seen.findings.some((one) => one.result === "wrong")) context.exit(7);
}

async function undone(
  context: Context,
  flags: DoctorFlags,
  journal: string,
  outside: Outside,
): Promise<void> {
  const report = await undoFix(outside, journal);
  context.terminal.data(
    flags.json === true ? JSON.stringify(report, null, 2) : renderMoved(report.moved, null),
  );
  if (report.moved.some((one) => !one.done)) context.exit(7);
}
