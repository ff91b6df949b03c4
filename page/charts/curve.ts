// One trial's numbers against its steps: the loss, the gradient's norm, the learning rate, or its dev score.
import * as Plot from '@observablehq/plot';
import { draw, WIDTHS, type Words } from './drawing.ts';

export interface CurveValue {
  step: number;
  value: number;
}

export interface Curve {
  label: string;
  values: readonly CurveValue[];
  /** The step whose weights were scored on test. */
  selectedStep: number | null;
  /** Powers of ten in the axis: it has no room for `0.000015`. */
  isSmall: boolean;
}

/** Several of them stand side by side. */
const LARGEST = 420;

export function curve({ label, values, selectedStep, isSmall }: Curve, words: Words, width = WIDTHS.wide): string {
  return draw(
    {
      ...{ width: Math.min(width, LARGEST), height: 220, marginLeft: 56, marginBottom: 38, marginTop: 28 },
      x: { label: 'step', labelAnchor: 'center', labelArrow: 'none', ticks: 5 },
      y: { label, grid: true, ticks: 5, nice: true, ...(isSmall ? { tickFormat: powerOfTen } : {}) },
      marks: [
        ...(selectedStep === null ? [] : [Plot.ruleX([selectedStep], { strokeDasharray: '4 3', strokeOpacity: 0.6 })]),
        Plot.lineY(values, { x: 'step', y: 'value', stroke: '#2f7fc1', strokeWidth: 1.75 }),
        ...(values.length <= 30 ? [Plot.dot(values, { x: 'step', y: 'value', fill: '#2f7fc1', r: 3 })] : []),
      ],
    },
    words,
  );
}

/** `1.5e-5` */
function powerOfTen(value: number): string {
  // A tick is a sum of steps: 0.000030000000000000004.
  return value === 0 ? '0' : Number(value.toPrecision(6)).toExponential();
}
