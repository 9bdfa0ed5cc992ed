/** What a model's answer held that was not used, and why. Texts are cut; they were written by a stranger. */
export interface RejectedText {
  readonly region: string;
  /** As the answer names it; null: the answer as a whole. */
  readonly column: string | null;
  readonly reason: string;
  readonly text: string;
}

/** Columns that were asked for and got no description. */
export interface UnplacedColumns {
  readonly region: string;
  readonly columns: readonly string[];
  /** The error that kept the question from its answer, or that the answer does not name them. */
  readonly reason: string;
}

/** What a model was asked about one release, and what came of it. Costs are those of this run. */
export interface ModelReport {
  readonly model: string;
  readonly questions: number;
  /** Of these, answered from the record. */
  readonly recorded: number;
  readonly promptTokens: number;
  readonly completionTokens: number;
  readonly cost: number;
  /** Columns that the model described. */
  readonly described: number;
  readonly rejected: readonly RejectedText[];
  readonly unplaced: readonly UnplacedColumns[];
}
