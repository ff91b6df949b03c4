// Our side of bench/quality.ts and bench/sweep.ts: trials in the trainer process that a worker uses, hidden states kept from trial to trial.
import type { PlannedTrial } from '../../sweep/plan.ts';
import type { TrialOutcome } from '../../training/messages.ts';
import type { TrainEvent } from '../../training/train-options.ts';
import { createTrainer } from '../../training/trainer.ts';
import { versionOf } from '../measuring/tensorflow-version.ts';

/** Enough for the hidden states of a task's test and a seed's train and dev at one layer, or of 400 short texts at every one. */
const HIDDEN_STATES_MIB = 1024;

export interface OurResult extends Pick<TrialOutcome, 'devScore' | 'testScore' | 'selectedStep'> {
  testExamples: number;
  version: string;
}

export interface Ours {
  /** @param onDev hears of each score on dev @throws where the trial does not finish */
  train(planned: PlannedTrial, onDev: (step: number, score: number) => void): Promise<OurResult>;
  close(): Promise<void>;
}

export function createOurs({ threads, layersToKeep }: { threads: number; layersToKeep: number[] }): Ours {
  const trainer = createTrainer({ threads, hiddenStatesMiB: HIDDEN_STATES_MIB });
  let version = '';
  return {
    train: async ({ trial, trialKey }, onDev) => {
      let testExamples = 0;
      const onEvent = (event: TrainEvent): void => {
        if (event.type === 'ready') version = versionOf(event);
        if (event.type !== 'evaluation') return;
        const { split, step, score, examples } = event.evaluation;
        if (split === 'dev') onDev(step, score);
        else testExamples = examples;
      };
      const request = { trial, trialKey, backboneFolder: trial.backbone.folder, layersToKeep };
      const end = await trainer.train(request, { onEvent });
      if (end.type === 'failed') throw new Error(end.error.message);
      if (end.type === 'cancelled')
        throw new Error(`Expected the trial to finish, found it stopped at step ${end.step}.`);
      const { devScore, testScore, selectedStep } = end.outcome;
      return { devScore, testScore, selectedStep, testExamples, version };
    },
    close: () => trainer.close(),
  };
}
