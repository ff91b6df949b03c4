// Which of the two scores is shown; configurations are chosen on dev either way.

export const SCORES = ['dev', 'test'] as const;
export type ScoreName = (typeof SCORES)[number];

export const OF_SCORE: Record<ScoreName, string> = {
  dev: 'dev scores, on which configurations are chosen',
  test: 'test scores; the configurations were chosen on dev',
};

export interface BothScores {
  devMean: number;
  devSd: number | null;
  testMean: number;
  testSd: number | null;
}

/** Of a mean over seeds, the score that a reader chose. */
export function scoreOf(row: BothScores, score: ScoreName): { score: number; sd: number | null } {
  return score === 'dev' ? { score: row.devMean, sd: row.devSd } : { score: row.testMean, sd: row.testSd };
}
