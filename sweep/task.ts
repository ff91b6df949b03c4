// Pure: a task and its data, resolved.

export const METRICS = ['accuracy', 'f1', 'accuracy-f1', 'matthews'] as const;
export type MetricName = (typeof METRICS)[number];

/** MNLI has two test sets: `test` is that of genres seen in training (matched). */
export const SPLITS = ['train', 'dev', 'test', 'test-mismatched'] as const;
export type Split = (typeof SPLITS)[number];

/** Where a task's examples lie: one source a split, or one source that is split by seed when `dev`/`test` are absent. */
export interface DataSource {
  /** What any machine can find it by: a built-in name or `hub:<id>`. Absent where only the launching machine has it. */
  reference?: string;
  /** Files on the machine that launched, absolute; the readers go by the extension (tsv, csv, jsonl, parquet). */
  files: { train: string; dev?: string; test?: string; testMismatched?: string };
  /** The template's field (`sentence`, `sentence1`, …, and `label`) → the file's column. */
  columns: Record<string, string>;
  /** sha256 over the files' contents and the mapping. */
  fingerprint: string;
}

export interface TaskSettings {
  name: string;
  /** Cloze text with `{field}`s and one `<mask>`. */
  template: string;
  /** Label as it stands in the data → the one-token word that stands for it. */
  labelWords: Record<string, string>;
  metric: MetricName;
  /** The label whose F1 is meant, where it is not the one that is last in alphabetical order. */
  positive?: string | undefined;
  data: DataSource;
}
