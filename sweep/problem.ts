// Pure: why something that was asked for cannot be.

export interface Problem {
  /** Field of the method's entry, or of `regime`. */
  field: string;
  expected: string;
  found: string;
}
