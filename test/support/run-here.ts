// Runs a trial in the test's own process, where tensors can be counted and the cache looked into.
import { loadTensorflow } from '../../runtime/tensorflow.ts';
import type { Evaluation, FromTrainer, MetricPoint, TrainRequest } from '../../training/messages.ts';
import { Pulse } from '../../training/pulse.ts';
import { ResidentBackbone } from '../../training/resident-backbone.ts';
import { Room } from '../../training/room.ts';
import { runTrial } from '../../training/run-trial.ts';
import { SharedSteps } from '../../training/shared-steps.ts';
import { SilenceMeter } from '../../training/silence.ts';
import type { Trained } from '../../training/train.ts';
import { UsageMeter } from '../../training/usage-meter.ts';

export interface RunHere {
  resident?: ResidentBackbone;
  /** Where it meets others; absent: it is alone. */
  steps?: SharedSteps;
  /** Others are in its trainer, whether they meet or not. */
  isAccompanied?: boolean;
  /** Bytes beside all that is held. */
  free?: () => number;
  /** Of the trainer that it is in with others; absent: it is alone. */
  room?: Room;
  now?: () => number;
  /** Sees every message; true asks the trial to stop. */
  watch?: (message: FromTrainer) => boolean;
}

export interface RanHere {
  trained: Trained;
  evaluations: Evaluation[];
  points: MetricPoint[];
  checkpoints: Uint8Array[];
  messages: FromTrainer[];
}

export async function runHere(
  request: TrainRequest,
  {
    resident,
    watch,
    steps: shared,
    isAccompanied = false,
    free = () => Number.POSITIVE_INFINITY,
    now = () => performance.now(),
    room: entered,
  }: RunHere = {},
): Promise<RanHere> {
  await loadTensorflow({ threads: 1, device: 'cpu' });
  const messages: FromTrainer[] = [];
  let stop = false;
  const send = (message: FromTrainer): Promise<void> => {
    messages.push(message);
    stop ||= watch?.(message) ?? false;
    return Promise.resolve();
  };
  const backbones = resident ?? new ResidentBackbone(2 ** 28);
  const meter = new UsageMeter(() => backbones.counts());
  const usage = () => meter.read();
  const steps = shared ?? new SharedSteps({ now, free, say: () => undefined });
  const room = entered ?? new Room({ free, forget: () => backbones.forget() });
  const pulse = new Pulse({
    ...{ send, cancelled: () => stop, accompanied: () => isAccompanied, now, usage },
    ...{ steps: request.trial.training.steps, silence: new SilenceMeter() },
  });
  const trained = await runTrial(request, { resident: backbones, pulse, steps, room, now });
  await pulse.flush();
  if (!resident) backbones.release();
  return {
    trained,
    messages,
    evaluations: messages.flatMap((message) => (message.type === 'evaluation' ? [message.evaluation] : [])),
    points: messages.flatMap((message) => (message.type === 'metrics' ? message.points : [])),
    checkpoints: messages.flatMap((message) => (message.type === 'checkpoint' ? [message.bytes] : [])),
  };
}

/** Everything about a run that its seeds decide: no times, no memory, nothing of what was kept. */
export function numbersOf({ trained, evaluations, points }: RanHere): object {
  if (trained.type === 'cancelled') return { trained, evaluations, points };
  return {
    outcome: { ...trained.outcome, msPerStep: null, cacheHitRate: null, seconds: null },
    best: trained.best,
    evaluations,
    points,
  };
}
