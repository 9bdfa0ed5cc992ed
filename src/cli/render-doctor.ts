import type { Finding } from "../model/finding.ts";
import type { Examination, FixResult } from "../pipeline/upkeep/doctor.ts";

/** Each thing that is not right with what to do about it; then how many were looked for. */
export function renderExamination(seen: Examination, all: boolean): string {
  const { findings, not_looked_for: unseen } = seen;
  const shown = findings.filter((one) => all || one.result !== "right");
  const number = (result: Finding["result"]): number =>
    findings.filter((one) => one.result === result).length;
  const lines = [
    ...shown.map(described),
    ...(unseen.length > 0
      ? [
          `${unseen.length} codes could not be looked for without the ledger or a storage (--json names them).`,
        ]
      : []),
    `${number("right")} right, ${counted(number("note"), "note")}, ${number("wrong")} wrong.`,
  ];
  return lines.join("\n");
}

function described({ code, result, seen, where, todo }: Finding): string {
  const place = where === null ? "" : `${where}: `;
  const line = `${result.padEnd(5)}  ${code}  ${place}${seen}`;
  return todo === null ? line : `${line}\n       ${todo}`;
}

/** What `--fix --apply` would do. */
export function renderMoves({ moves, stays }: Examination): string {
  const lines = [
    ...moves.map(({ action, reason }) =>
      action.to === null
        ? `would remove the empty folder ${action.from}`
        : `would move ${action.from} to ${action.to}: ${reason}`,
    ),
    ...stays.map(({ key, reason }) => `stays: ${key}: ${reason}`),
  ];
  if (moves.length === 0) return [...lines, "Nothing is to be moved."].join("\n");
  return [...lines, "`canonry doctor --fix --apply` does it, with a journal."].join("\n");
}

export function renderMoved(moved: FixResult["moved"], journal: string | null): string {
  const lines = moved.map(({ from, to, done, reason }) => {
    const what = to === null ? `removed the empty folder ${from}` : `moved ${from} to ${to}`;
    return done ? what : `stays: ${from}: ${reason}`;
  });
  if (lines.length === 0) lines.push("Nothing was to be moved.");
  if (journal !== null) lines.push(`\`canonry doctor --undo ${journal}\` takes it back.`);
  return lines.join("\n");
}

function counted(number: number, word: string): string {
  return `${number} ${word}${number === 1 ? "" : "s"}`;
}
