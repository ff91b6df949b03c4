// What every reader gives: named columns, rows that know where they stood, and the lines that could not be read.

export interface Row {
  /** 1-based line of the file; in Parquet the row's number. */
  line: number;
  values: Record<string, unknown>;
}

export interface BrokenLine {
  line: number;
  reason: string;
}

export interface Table {
  columns: string[];
  rows: Row[];
  broken: BrokenLine[];
}
