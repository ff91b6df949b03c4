// What bench/sweep.ts says of a sweep: both sides trial by trial, how many times as fast, and how far apart on dev.
import type { PlannedTrial } from '../../sweep/plan.ts';
import { mean } from '../../sweep/statistics.ts';
import { toThousandths, summarise } from '../measuring/summary.ts';
import type { SweepOptions } from './options.ts';

export interface Trained {
  /** Those of trials that are trained at once overlap. */
  seconds: number;
  devScore: number;
}

export interface SweepSide {
  /** Of all trials, the loading of the backbone included. */
  seconds: number;
  /** In the order of the trials. */
  trained: Trained[];
  version: string;
}

export interface SweepSides {
  ours: SweepSide;
  pytorch: SweepSide;
}

interface Place {
  layer: number;
  promptLength: number;
  dataSeed: number;
}

interface Row extends Place {
  ours: Trained;
  pytorch: Trained;
}

export type SweepFound = ReturnType<typeof compareSides>;

/** Dev scores and their differences are in [0, 1] and [−1, 1]. */
export function compareSides(trials: PlannedTrial[], { ours, pytorch }: SweepSides, asked: SweepOptions) {
  const rows = trials.map((planned, index) => rowOf(planned, ours.trained[index], pytorch.trained[index]));
  const differences = rows.map((row) => row.ours.devScore - row.pytorch.devScore);
  return {
    ratio: toThousandths(pytorch.seconds / ours.seconds),
    /** Ours less PyTorch's: what is higher here and lower there cancels out. */
    meanDevDifference: toThousandths(mean(differences)),
    /** Nothing cancels out. */
    meanDevDistance: toThousandths(mean(differences.map(Math.abs))),
    trials: trials.length,
    seconds: { ours: ours.seconds, pytorch: pytorch.seconds },
    secondsATrial: secondsATrial(rows, asked.joint),
    byLayer: byLayer(rows, asked.joint),
    rows,
    versions: [ours.version, pytorch.version],
    asked,
  };
}

function rowOf(planned: PlannedTrial, ours?: Trained, pytorch?: Trained): Row {
  const place = placeOf(planned);
  if (ours === undefined || pytorch === undefined)
    throw new RangeError(`Expected each trial trained by both sides, found layer ${place.layer} without.`);
  return { ...place, ours, pytorch };
}

/** What tells the trials of this sweep apart. */
export function placeOf({ trial: { method, dataSeed } }: PlannedTrial): Place {
  if (method.method !== 'lpt' || typeof method.insertionLayer !== 'number')
    throw new TypeError(`Expected a trial of LPT at one layer, found one of ${method.method}.`);
  return { layer: method.insertionLayer, promptLength: method.promptLength, dataSeed };
}

/** Ours where they were trained one after another. */
function secondsATrial(rows: Row[], joint: number) {
  return {
    ours: joint === 1 ? summarise(rows.map(({ ours }) => ours.seconds)) : null,
    pytorch: summarise(rows.map(({ pytorch }) => pytorch.seconds)),
  };
}

function byLayer(rows: Row[], joint: number) {
  return [...new Set(rows.map(({ layer }) => layer))].map((layer) => {
    const own = rows.filter((row) => row.layer === layer);
    return { layer, secondsATrial: secondsATrial(own, joint) };
  });
}

export function sweepReport({ seconds, ratio, trials, ...found }: SweepFound): string {
  const lines = found.byLayer.map(({ layer, secondsATrial: { ours, pytorch } }) => {
    const both = `${ours === null ? '' : `${ours.median.toFixed(1)} s a trial, `}PyTorch ${pytorch.median.toFixed(1)} s`;
    return `layer ${String(layer).padStart(2)}: ${both} (medians)\n`;
  });
  const sum = `${trials} trials in ${seconds.ours.toFixed(0)} s, PyTorch ${seconds.pytorch.toFixed(0)} s: ${ratio} times as fast; `;
  return `${lines.join('')}${sum}${devSentence(found)}\n`;
}

function devSentence({
  meanDevDifference,
  meanDevDistance,
}: Pick<SweepFound, 'meanDevDifference' | 'meanDevDistance'>) {
  const points = (score: number): string => (100 * Math.abs(score)).toFixed(1);
  const side = meanDevDifference < 0 ? 'lower' : 'higher';
  return `on dev ours are ${points(meanDevDifference)} points ${side} on average, and trials lie ${points(meanDevDistance)} points apart`;
}
