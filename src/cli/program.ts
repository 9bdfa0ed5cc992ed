import { Command, CommanderError } from "commander";
import { type ExitCode, worstExit } from "../model/errors.ts";
import { VERSION } from "../model/program-file.ts";
import { addCommand } from "./commands/add.ts";
import { applyCommand } from "./commands/apply.ts";
import { backfillCommand } from "./commands/backfill.ts";
import { backupCommand } from "./commands/backup.ts";
import { catalogCommand } from "./commands/catalog.ts";
import { cleanupCommand } from "./commands/cleanup.ts";
import { configCommand } from "./commands/config.ts";
import { databaseCommand } from "./commands/db.ts";
import { diffCommand } from "./commands/diff.ts";
import { doctorCommand } from "./commands/doctor.ts";
import { explainCommand } from "./commands/explain.ts";
import { exportCommand } from "./commands/export.ts";
import { generationsCommand } from "./commands/generations.ts";
import { historyCommand } from "./commands/history.ts";
import { importManifestsCommand } from "./commands/import-manifests.ts";
import { initCommand } from "./commands/init.ts";
import { inspectCommand } from "./commands/inspect.ts";
import { planCommand } from "./commands/plan.ts";
import { purgeCommand } from "./commands/purge.ts";
import { quarantineCommand } from "./commands/quarantine.ts";
import { revertCommand } from "./commands/revert.ts";
import { approveCommand, rejectCommand, reviewCommand } from "./commands/review.ts";
import { scheduleCommand } from "./commands/schedule.ts";
import { serveCommand } from "./commands/serve.ts";
import { stateCommand } from "./commands/state.ts";
import { statusCommand } from "./commands/status.ts";
import { storageCommand } from "./commands/storage.ts";
import { verifyCommand } from "./commands/verify.ts";
import { type Context, reportError } from "./context.ts";
import { type Stream, terminal } from "./terminal.ts";

const EXIT_CODES = `
Exit codes: 0 done, 1 a bug, 2 usage or configuration, 3 partial, 4 drift needs a decision,
5 source unavailable, 6 data rejected, 7 storage or database unavailable, 8 another run holds the
lock, 130 interrupted.`;

/** In the order of the help. */
const COMMANDS = [
  initCommand,
  configCommand,
  addCommand,
  backfillCommand,
  planCommand,
  applyCommand,
  reviewCommand,
  approveCommand,
  rejectCommand,
  quarantineCommand,
  statusCommand,
  explainCommand,
  verifyCommand,
  historyCommand,
  diffCommand,
  revertCommand,
  purgeCommand,
  importManifestsCommand,
  inspectCommand,
  exportCommand,
  catalogCommand,
  generationsCommand,
  cleanupCommand,
  stateCommand,
  backupCommand,
  databaseCommand,
  storageCommand,
  doctorCommand,
  scheduleCommand,
  serveCommand,
];

function program(context: Context): Command {
  const root = new Command("canonry")
    .description(
      "Loads published statistics into Postgres, exactly once, with every row accounted for.",
    )
    .option(
      "--home <dir>",
      "the home to work in (default: CANONRY_HOME, or the nearest folder with config/publications.yaml)",
    )
    .option(
      "--database-url <url>",
      "an external Postgres, instead of DATABASE_URL or the embedded one",
    )
    .version(VERSION, "-V, --version", "print the version")
    .showHelpAfterError()
    .exitOverride()
    .configureOutput({
      writeOut: (text) => context.terminal.data(text.trimEnd()),
      writeErr: (text) => context.terminal.note(text.trimEnd()),
    })
    .addHelpText("after", EXIT_CODES);
  for (const make of COMMANDS) root.addCommand(make(context).copyInheritedSettings(root));
  return root;
}

/** What a command gets of the process that runs it. */
export interface Surroundings {
  readonly out: Stream;
  readonly error: Stream;
  readonly env: Context["env"];
  readonly cwd: string;
  /** Lets what is being committed finish. */
  readonly signal: AbortSignal;
}

/** Runs one command and gives its exit code: the worst of several, 130 if it was interrupted. */
export async function runCommand(
  args: readonly string[],
  { out, error, env, cwd, signal }: Surroundings,
): Promise<ExitCode> {
  const codes: ExitCode[] = [];
  let interrupted: ExitCode = 130;
  const context: Context = {
    terminal: terminal(out, error, env["NO_COLOR"] !== undefined),
    signal,
    env,
    cwd,
    exit: (code) => codes.push(code),
    endsByInterrupt: () => {
      interrupted = 0;
    },
  };
  try {
    await program(context).parseAsync(args, { from: "user" });
  } catch (failure) {
    if (failure instanceof CommanderError) codes.push(failure.exitCode === 0 ? 0 : 2);
    else codes.push(reportError(failure, context.terminal));
  }
  return worstExit(signal.aborted ? [...codes, interrupted] : codes);
}
