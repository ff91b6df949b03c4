// Pure: how much of a grid's variance each setting explains: the functional ANOVA, exact over the grid's cells (Hooker 2007).
import { cross } from '../cross.ts';
import { mean } from '../statistics.ts';
import { grouped } from './grouped.ts';

/** A point of the grid: setting → value as text, and its score. */
export interface GridCell {
  values: Record<string, string>;
  score: number;
}

export interface Importance {
  /** One setting, or two whose joint effect is beyond that of each. */
  settings: string[];
  /** Of the variance between cells, in [0, 1]. */
  share: number;
}

export type Decomposed =
  | {
      importances: Importance[];
      /** Cells filled in from the settings' own effects. */
      filled: number;
      cells: number;
      why: null;
    }
  | { importances: null; filled: 0; cells: number; why: string };

const MOST_CELLS = 20_000;
/** Of the grid; with more missing, what is filled in would decide. */
const MOST_MISSING = 0.5;
const ROUNDS = 200;
/** Variance that only binary fractions make. */
const NOTHING = 1e-24;

/** @param settings that every cell has */
export function importanceOf(cells: readonly GridCell[], settings: readonly string[]): Decomposed {
  const levels = settings.map((setting) => [...new Set(cells.map(({ values }) => values[setting] ?? ''))]);
  const size = levels.reduce((product, { length }) => product * length, 1);
  const refused = (why: string): Decomposed => ({ importances: null, filled: 0, cells: size, why });
  if (settings.length === 0 || size < 2) return refused('no setting varies');
  if (size > MOST_CELLS || cells.length < (1 - MOST_MISSING) * size)
    return refused(
      `${cells.length} of the grid's ${size} cells are known: too few to divide its variance among settings`,
    );
  const choices = Object.fromEntries(settings.map((setting, index) => [setting, levels[index] ?? []]));
  const grid = fillIn(cells, cross<Record<string, string>>(choices), settings);
  const variance = meanSquare(grid.map(({ score }) => score));
  if (variance <= NOTHING) return refused('all cells have the same score');
  const alone = settings.map((setting) => ({
    settings: [setting],
    share: meanSquare(effects(grid, [setting])) / variance,
  }));
  const jointly = settings.flatMap((one, index) =>
    settings.slice(index + 1).map((other) => {
      const [own, others, both] = [[one], [other], [one, other]].map((of) => meanSquare(effects(grid, of)));
      return { settings: [one, other], share: Math.max(0, (both ?? 0) - (own ?? 0) - (others ?? 0)) / variance };
    }),
  );
  const importances = [...alone, ...jointly].sort((first, second) => second.share - first.share);
  return { importances, filled: size - cells.length, cells: size, why: null };
}

/** Each cell's mean over all that share its values of these settings. */
function effects(grid: readonly GridCell[], settings: readonly string[]): number[] {
  const keyOf = ({ values }: GridCell): string => JSON.stringify(settings.map((setting) => values[setting]));
  const means = new Map(grouped(grid, keyOf).map((own) => [keyOf(own[0]), mean(own.map(({ score }) => score))]));
  return grid.map((cell) => means.get(keyOf(cell)) ?? Number.NaN);
}

function meanSquare(values: readonly number[]): number {
  const centre = mean(values);
  return mean(values.map((value) => (value - centre) ** 2));
}

/** Missing cells take the sum of their settings' effects, until that no longer changes (Yates 1933). */
function fillIn(
  known: readonly GridCell[],
  all: readonly Record<string, string>[],
  settings: readonly string[],
): GridCell[] {
  const keyOf = (values: Record<string, string>): string => JSON.stringify(settings.map((setting) => values[setting]));
  const scores = new Map(known.map(({ values, score }) => [keyOf(values), score]));
  const centre = mean(known.map(({ score }) => score));
  let grid = all.map((values) => ({ values, score: scores.get(keyOf(values)) ?? centre }));
  for (let round = 0; round < ROUNDS && scores.size < all.length; round += 1) {
    const whole = mean(grid.map(({ score }) => score));
    const parts = settings.map((setting) => effects(grid, [setting]));
    grid = grid.map(({ values }, index) => {
      const sum = parts.reduce((total, part) => total + (part[index] ?? whole) - whole, whole);
      return { values, score: scores.get(keyOf(values)) ?? sum };
    });
  }
  return grid;
}
