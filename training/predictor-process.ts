// The child process that labels new texts once: TensorFlow lives here, as it does in a trainer, and in no command.
import { readEnvironment } from '../runtime/environment.mjs';
import { loadTensorflow } from '../runtime/tensorflow.ts';
import { toTrainerError } from './error-kind.ts';
import { predict, type PredictRequest } from './predict.ts';
import type { FromPredictor } from './predictor.ts';
import { ResidentBackbone } from './resident-backbone.ts';

/** A text's hidden states are read twice at most, one batch after the other. */
const HIDDEN_STATES_BYTES = 2 ** 26;

async function answer(request: PredictRequest): Promise<FromPredictor> {
  try {
    const { device, tf32, threads } = readEnvironment();
    await loadTensorflow({ device, tf32, ...(threads === undefined ? {} : { threads }) });
    const resident = new ResidentBackbone(HIDDEN_STATES_BYTES);
    const loaded = await resident.load(request.backboneFolder, request.card.backbone);
    return { type: 'predicted', ...(await predict(request, loaded)) };
  } catch (error) {
    return { type: 'failed', error: toTrainerError(error) };
  }
}

process.once('message', (request: PredictRequest) => {
  void answer(request).then((message) => process.send?.(message));
});
// Whoever asked is gone, or has the answer.
process.on('disconnect', () => process.exit(0));
