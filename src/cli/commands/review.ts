import process from "node:process";
import { createInterface } from "node:readline/promises";
import { Command } from "commander";
import type { Question } from "../../model/manifest/drift.ts";
import { answer, openReview, type Review, type Verdict } from "../../pipeline/review/review.ts";
import type { World } from "../../pipeline/world.ts";
import { type Context, inWorld } from "../context.ts";
import { progressSink } from "../progress.ts";
import { renderBackfill } from "../render-backfill.ts";
import { renderQuestion, renderQuestions } from "../render-questions.ts";

export function reviewCommand(context: Context): Command {
  return new Command("review")
    .description("the decisions that wait for a person; in a terminal, one after the other")
    .option("-p, --pub <code...>", "only these publications")
    .option("--by <name>", "who decides (default: the user of the system)")
    .option("--list", "list them and ask nothing")
    .option("--json", "list them as JSON")
    .action(async (flags: ReviewFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const questions = await openReview(world, flags.pub ?? []);
        if (flags.json === true) context.terminal.data(JSON.stringify(questions, null, 2));
        else if (questions.length === 0) context.terminal.note("Nothing waits for a decision.");
        else if (flags.list === true || process.stdin.isTTY !== true)
          context.terminal.data(renderQuestions(questions));
        else await walk(context, world, questions, flags.by ?? null);
      });
    });
}

interface ReviewFlags {
  readonly pub?: string[];
  readonly by?: string;
  readonly list?: boolean;
  readonly json?: boolean;
}

/** Asks for each question; what is answered is written and loaded at the end, together. */
async function walk(
  context: Context,
  world: World,
  questions: readonly Question[],
  by: string | null,
): Promise<void> {
  const lines = createInterface({ input: process.stdin, output: process.stderr });
  const answers = { approved: [] as string[], rejected: [] as string[] };
  try {
    for (const [at, question] of questions.entries()) {
      context.terminal.data(`${at + 1} of ${questions.length}\n${renderQuestion(question)}`);
      const said = await lines.question("approve, reject, skip or quit? [a/r/s/q] ", {
        signal: context.signal,
      });
      if (/^q/i.test(said)) break;
      if (/^a/i.test(said)) answers.approved.push(question.id);
      if (/^r/i.test(said)) answers.rejected.push(question.id);
    }
  } finally {
    lines.close();
  }
  for (const verdict of ["approved", "rejected"] as const) {
    if (answers[verdict].length > 0)
      await decide(context, world, answers[verdict], { verdict, by, note: null }, {});
  }
}

interface AnswerFlags {
  readonly by?: string;
  readonly note?: string;
  /** Set to false by --no-load. */
  readonly load?: boolean;
  readonly json?: boolean;
}

export const approveCommand = (context: Context): Command =>
  answerCommand(context, "approve", "approved", "accept what drifted; loads what waited for it");

export const rejectCommand = (context: Context): Command =>
  answerCommand(context, "reject", "rejected", "refuse what drifted, for this and later periods");

function answerCommand(
  context: Context,
  name: string,
  verdict: Verdict["verdict"],
  description: string,
): Command {
  return new Command(name)
    .description(description)
    .argument("<id...>", "as `canonry review` shows them")
    .option("--by <name>", "who decides (default: the user of the system)")
    .option("--note <text>", "why; kept with the decision")
    .option("--no-load", "leave what waits to the next backfill")
    .option("--json", "print what was decided and done as JSON")
    .action(async (ids: string[], flags: AnswerFlags, command: Command) => {
      await inWorld(context, command, async (world) => {
        const said = { verdict, by: flags.by ?? null, note: flags.note ?? null };
        await decide(context, world, ids, said, flags);
      });
    });
}

async function decide(
  context: Context,
  world: World,
  ids: readonly string[],
  verdict: Verdict,
  flags: AnswerFlags,
): Promise<void> {
  const review = await answer(
    world,
    ids,
    verdict,
    flags.load === false
      ? null
      : {
          concurrency: world.config.settings.run.concurrency,
          watch: progressSink(context.terminal),
        },
  );
  context.terminal.progress("");
  if (flags.json === true) context.terminal.data(JSON.stringify(review, null, 2));
  else print(context, world, review);
  if (review.backfill !== null) context.exit(review.backfill.exit);
}

function print(context: Context, world: World, review: Review): void {
  for (const { id, verdict, kind, source, by } of review.rulings)
    context.terminal.data(`${id}  ${verdict} by ${by}: ${kind} of ${source}`);
  if (review.backfill !== null)
    context.terminal.data(`\n${renderBackfill(review.backfill, world, context.cwd)}`);
}
