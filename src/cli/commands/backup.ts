import { Command, Option } from "commander";
import { checkRestored, listBackups } from "../../inquiry/backups.ts";
import {
  createBackup,
  forgetBackup,
  proveBackup,
  verifyBackup,
  withFiles,
} from "../../pipeline/backup/backups.ts";
import { restoreHome } from "../../pipeline/backup/restore-home.ts";
import { now } from "../../pipeline/world.ts";
import { type Context, type GlobalOptions, inWorld } from "../context.ts";
import {
  renderBackups,
  renderCreated,
  renderForgotten,
  renderRestored,
  renderVerified,
} from "../render-backup.ts";

export function backupCommand(context: Context): Command {
  return new Command("backup")
    .description("back up database, manifests and configuration; prove it by restoring it")
    .addCommand(createCommand(context))
    .addCommand(listCommand(context))
    .addCommand(verifyCommand(context))
    .addCommand(restoreCommand(context))
    .addCommand(forgetCommand(context));
}

/** Data as JSON, or as people read it. */
function print<Report>(
  context: Context,
  json: boolean | undefined,
  report: Report,
  render: (report: Report) => string,
): void {
  context.terminal.data(json === true ? JSON.stringify(report, null, 2) : render(report));
}

const outsideOf = (context: Context, command: Command) => ({
  ...context,
  flags: command.optsWithGlobals<GlobalOptions>(),
});

function createCommand(context: Context): Command {
  return new Command("create")
    .description("back up what the database holds at this moment; loads may go on")
    .option("--with-artifacts", "the published files too (default: backup.with_artifacts)")
    .addOption(new Option("--without-artifacts", "only their names").conflicts("withArtifacts"))
    .option("--full", "read every row again, whatever the ledger says of the backup before")
    .option(
      "--force",
      "also of a database that holds less than its files and backups say, or where another warehouse keeps its own",
    )
    .option("-n, --dry-run", "say what would be read, and why, and write nothing")
    .option("--json", "print it as JSON")
    .action(
      async (
        flags: {
          withArtifacts?: boolean;
          withoutArtifacts?: boolean;
          full?: boolean;
          force?: boolean;
          dryRun?: boolean;
          json?: boolean;
        },
        command: Command,
      ) => {
        await inWorld(context, command, async (world) => {
          const { with_artifacts: asSet } = world.config.settings.backup;
          const report = await createBackup(world, {
            withArtifacts: flags.withoutArtifacts !== true && (flags.withArtifacts ?? asSet),
            full: flags.full === true,
            force: flags.force === true,
            dryRun: flags.dryRun === true,
          });
          print(context, flags.json, report, renderCreated);
          if (report.notes.length > 0) context.exit(6);
        });
      },
    );
}

function listCommand(context: Context): Command {
  return new Command("list")
    .description("every backup, what it holds, and when it was restored last")
    .option("--json", "print it as JSON")
    .action(async (flags: { json?: boolean }, command: Command) => {
      const lines = await withFiles(outsideOf(context, command), listBackups);
      if (lines.length === 0 && flags.json !== true)
        context.terminal.note("There is none: `canonry backup create`.");
      else print(context, flags.json, lines, renderBackups);
    });
}

function verifyCommand(context: Context): Command {
  return new Command("verify")
    .description("compare every byte of a backup with its inventory; exits 6 if one differs")
    .argument("[id]", "as `canonry backup list` prints it (default: the newest)")
    .option("--restore", "restore it into a scratch database, compare, and keep a receipt")
    .option("--json", "print it as JSON")
    .action(
      async (
        id: string | undefined,
        flags: { restore?: boolean; json?: boolean },
        command: Command,
      ) => {
        const report =
          flags.restore === true
            ? await inWorld(context, command, (world) =>
                proveBackup(world, id ?? null, checkRestored),
              )
            : await withFiles(outsideOf(context, command), (data) =>
                verifyBackup(data, id ?? null, now),
              );
        print(context, flags.json, report, renderVerified);
        if (report.differences.length > 0) context.exit(6);
      },
    );
}

function restoreCommand(context: Context): Command {
  return new Command("restore")
    .description(
      "make an empty database, and what a home lacks, from a backup; writes nothing over",
    )
    .argument("<id>", "as `canonry backup list` prints it")
    .option("--into-home <dir>", "the home to make; without it, the one that holds the backups")
    .option("--json", "print it as JSON")
    .action(async (id: string, flags: { intoHome?: string; json?: boolean }, command: Command) => {
      const request = { id, intoHome: flags.intoHome ?? null };
      const report = await restoreHome(outsideOf(context, command), request);
      print(context, flags.json, report, renderRestored);
    });
}

function forgetCommand(context: Context): Command {
  return new Command("forget")
    .description("remove a backup, and what no other backup needs")
    .argument("<id>", "as `canonry backup list` prints it")
    .option("--force", "even the last one that a restore has proven, or one of another warehouse")
    .option("-n, --dry-run", "say what would go, and why, and remove nothing")
    .option("--json", "print it as JSON")
    .action(
      async (
        id: string,
        flags: { force?: boolean; dryRun?: boolean; json?: boolean },
        command: Command,
      ) => {
        await inWorld(context, command, async (world) => {
          const dryRun = flags.dryRun === true;
          const plan = await forgetBackup(world, id, { force: flags.force === true, dryRun });
          print(context, flags.json, plan, (one) => renderForgotten(id, one, dryRun));
        });
      },
    );
}
