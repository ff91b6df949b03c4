// One trial: train, score dev at intervals, score test once with the weights that did best on dev.
import { labelsOf, positiveLabel } from '../sweep/labels.ts';
import { upperMedian } from '../sweep/statistics.ts';
import { BatchAhead } from './batch-ahead.ts';
import { BatchOrder } from './batches.ts';
import { encodeBest, encodeCheckpoint, restoreCheckpoint } from './checkpoint.ts';
import { DivergedError } from './diverged.ts';
import { evaluate, type Scored } from './evaluate.ts';
import type { Evaluation, TrialOutcome } from './messages.ts';
import { Cancelled } from './pulse.ts';
import type { SplitInputs } from './split-inputs.ts';
import { batchOf, readyStep } from './ready-step.ts';
import type { TakenStep } from './shared-steps.ts';
import type { Run } from './run.ts';
import { halved, wholePart } from './shrink.ts';
import { TrainingState } from './training-state.ts';

export type Trained =
  | { type: 'finished'; outcome: Omit<TrialOutcome, 'peakMemoryMiB'>; best: Uint8Array | null }
  | { type: 'cancelled'; step: number };

/** @throws DivergedError where the loss or a gradient is no longer finite, or a score no number */
export async function train(run: Run): Promise<Trained> {
  const { steps, batchSize, evaluateEvery, weightDecay } = run.trial.training;
  const state = new TrainingState(run.method, weightDecay, run.time);
  const lastStep = run.method.trained.length > 0 ? steps : 0;
  const order = new BatchOrder(run.inputs.train.examples.length, batchSize, run.trial.trainSeed);
  const part = wholePart(batchSize);
  const ahead = new BatchAhead((step) => batchOf(run, { step, indices: order.at(step), part }), lastStep);
  const taken: TakenStep[] = [];
  try {
    if (run.checkpoint && !restoreCheckpoint(state, run.checkpoint, run)) await sayAnew(run);
    if (lastStep > 0 && !run.trial.training.frozenDropout)
      await run.pulse.timed('caching', state.step, () => keepTraining(run, state.step));
    for (;;) {
      const due = state.step === lastStep || (state.step > 0 && state.step % evaluateEvery === 0);
      if (due && state.evaluatedAt < state.step) await scoreDev(run, state);
      if (state.step === lastStep) break;
      await run.pulse.beat('training', state.step);
      const step = await run.steps.take(readyStep(run, { state, order, ahead }));
      if (step.trials > 1) state.jointSteps += 1;
      taken.push(step);
      await run.pulse.metrics(step.points);
      await run.pulse.stepped(state.step, step.ms);
    }
    return await finish(run, state, taken);
  } catch (error) {
    if (!(error instanceof Cancelled)) throw error;
    await run.pulse.endStretch(state.step);
    await sendCheckpoint(run, state);
    return { type: 'cancelled', step: state.step };
  } finally {
    ahead.dispose();
    state.dispose();
  }
}

function sayAnew({ pulse, trialKey }: Run): Promise<void> {
  const text = `Trial ${trialKey} begins anew: its checkpoint is of an earlier version, which read its texts otherwise.`;
  return pulse.send({ type: 'notice', text });
}

async function keepTraining({ inputs, pulse }: Run, step: number): Promise<void> {
  const beat = (): Promise<void> => pulse.beat('caching', step);
  await beat();
  await inputs.train.keepAll(beat);
}

interface ScoredSplit {
  split: Evaluation['split'];
  inputs: SplitInputs;
}

async function scoreDev(run: Run, state: TrainingState): Promise<void> {
  const dev: ScoredSplit = { split: 'dev', inputs: run.inputs.dev };
  await run.pulse.endStretch(state.step);
  const scored = await score(run, dev, state.step);
  if (Number.isNaN(scored.loss)) throw DivergedError.inScoring(state.step);
  await run.pulse.send({ type: 'evaluation', evaluation: evaluationOf(run, dev, { ...scored, step: state.step }) });
  await state.scored(scored.score);
  await sendCheckpoint(run, state);
}

/** With the weights as they stand, which are those of `step`. Resolves to the score. */
async function scoreTest(run: Run, test: ScoredSplit, step: number): Promise<number> {
  const scored = await score(run, test, step);
  const evaluation = {
    ...evaluationOf(run, test, { ...scored, step }),
    predictions: scored.predictions,
    labels: scored.labels,
  };
  await run.pulse.send({ type: 'evaluation', evaluation });
  return scored.score;
}

async function finish(run: Run, state: TrainingState, taken: TakenStep[]): Promise<Trained> {
  const best = state.best;
  if (!best) throw new Error('Expected dev to have been scored, found no score.');
  state.select();
  const testScore = await scoreTest(run, { split: 'test', inputs: run.inputs.test }, best.step);
  const mismatched = run.inputs['test-mismatched'];
  if (mismatched) await scoreTest(run, { split: 'test-mismatched', inputs: mismatched }, best.step);
  noteOthers(run, state);
  return {
    type: 'finished',
    outcome: {
      devScore: best.score,
      testScore,
      selectedStep: best.step,
      steps: state.step,
      shortened: run.shortened,
      trainableParameters: run.method.trained.reduce((sum, { variable }) => sum + variable.size, 0),
      msPerStep: upperMedian(taken.map(({ ms }) => ms)),
      measuredJointly: state.wasAccompanied,
      jointSteps: state.jointSteps,
      cacheHitRate: run.lookups.hitRate(),
      seconds: run.time.seconds(),
    },
    best: encodeBest(state, run),
  };
}

async function score(run: Run, { inputs }: ScoredSplit, step: number): Promise<Scored> {
  const { task } = run.trial;
  const beat = (): Promise<void> => run.pulse.beat('evaluating', step);
  await beat();
  const request = {
    method: run.method,
    inputs,
    labelWordIds: run.labelWordIds,
    batchSize: halved(run.trial.training.evaluationBatchSize, run.shrink),
    metric: task.metric,
    positive: labelsOf(task.labelWords).indexOf(positiveLabel(task)),
    time: run.time,
    afterBatch: beat,
  };
  return run.pulse.timed('evaluating', step, () => evaluate(request));
}

function evaluationOf(run: Run, { split, inputs }: ScoredSplit, scored: Scored & { step: number }): Evaluation {
  const { step, score: value, parts, loss } = scored;
  const examples = inputs.examples.length;
  const evaluation = { step, split, metric: run.trial.task.metric, score: value, loss, examples };
  return parts === null ? evaluation : { ...evaluation, parts };
}

/** Also where its steps are its own: it waits while others compute, and its process holds what is theirs. */
function noteOthers({ pulse }: Run, state: TrainingState): void {
  state.wasAccompanied ||= pulse.isAccompanied || state.jointSteps > 0;
}

async function sendCheckpoint(run: Run, state: TrainingState): Promise<void> {
  noteOthers(run, state);
  const bytes = await run.pulse.timed('checkpointing', state.step, () => encodeCheckpoint(state, run));
  if (bytes) await run.pulse.send({ type: 'checkpoint', step: state.step, bytes });
}
