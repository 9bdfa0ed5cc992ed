const percent = (share) => `${(share * 100).toFixed(1)}%`;

/** The scores as the README shows them: a list, which no formatter moves. */
export function scoreTable({ measured, truth, fuste, pollock }) {
  const silentFiles = fuste.filesSilent / fuste.files;
  const lines = [
    [
      "real sheets with an answer key",
      `${truth.exact} of ${truth.sheets} exact, ${percent(truth.exactWithTotalsShare)} with each total row told from the observations, ${truth.silent} silently wrong, ${truth.flagged} flagged`,
    ],
    [
      "FUSTE, sheets of the web",
      `F ${fuste.f100.toFixed(3)} for tables found to the cell, ${percent(silentFiles)} of ${fuste.files} files silently wrong, ${fuste.filesFlagged} flagged`,
    ],
    [
      "Pollock, broken CSV files",
      `${percent(pollock.equalShare)} of ${pollock.files} files read as their clean version, no dialect told`,
    ],
  ];
  return [
    `Measured on ${measured}:`,
    "",
    ...lines.map(([set, result]) => `- **${set}**: ${result}.`),
  ].join("\n");
}
