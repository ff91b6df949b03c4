// The bundle's entry: exactly what a server may start.
export { sweepWorkflow } from './sweep.ts';
export { trialWorkflow } from './trial.ts';
