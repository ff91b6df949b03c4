// The method family: which settings make which method. A new one is a file in methods/ and a line here; what the sweep has
// to know of it is in sweep/methods/.
import type { MethodName, MethodSettings } from '../sweep/methods/settings.ts';
import type { Method } from './method.ts';
import { tuneAdapters } from './methods/adapter.ts';
import { tuneBiases } from './methods/bitfit.ts';
import { tuneAll } from './methods/full-tuning.ts';
import { tuneLatePrompt } from './methods/late-prompt.ts';
import { tuneProbe } from './methods/linear-probe.ts';
import { tuneLora } from './methods/lora.ts';
import { tunePrefix } from './methods/p-tuning-v2.ts';
import { tunePrompt } from './methods/prompt-tuning.ts';
import { tuneSIdpg } from './methods/s-idpg.ts';
import { tuneNothing } from './methods/zero-shot.ts';
import { methodOf } from './tuned.ts';
import type { Start, Tuning } from './tuning.ts';

type SettingsOf<Name extends MethodName> = Extract<MethodSettings, { method: Name }>;

const TUNINGS: { [Name in MethodName]: (settings: SettingsOf<Name>, start: Start) => Tuning } = {
  lpt: tuneLatePrompt,
  'prompt-tuning': tunePrompt,
  'p-tuning-v2': tunePrefix,
  's-idpg': tuneSIdpg,
  lora: tuneLora,
  adapter: ({ bottleneck }, start) => tuneAdapters({ bottleneck, droppedLayers: 0 }, start),
  'adapter-drop': tuneAdapters,
  bitfit: tuneBiases,
  'linear-probe': (_, start) => tuneProbe(start),
  'full-tuning': (_, start) => tuneAll(start),
  'zero-shot': tuneNothing,
};

export interface NewMethod extends Start {
  settings: MethodSettings;
  /** Whether the backbone's own dropout runs in training. `batch.hidden` must then have been made with it, too. */
  frozenDropout?: boolean;
}

export function createMethod({ settings, frozenDropout = false, ...start }: NewMethod): Method {
  // Each entry takes the settings of its own name, and by that name it is found.
  const tune = TUNINGS[settings.method] as (settings: MethodSettings, start: Start) => Tuning;
  return methodOf({ backbone: start.backbone, tuning: tune(settings, start), frozenDropout });
}
