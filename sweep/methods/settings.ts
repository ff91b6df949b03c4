// Pure: the settings of any method.
import type { AdapterDropSettings } from './adapter-drop.ts';
import type { AdapterSettings } from './adapter.ts';
import type { BitFitSettings } from './bitfit.ts';
import type { FullTuningSettings } from './full-tuning.ts';
import type { LinearProbeSettings } from './linear-probe.ts';
import type { LoraSettings } from './lora.ts';
import type { LptSettings } from './lpt.ts';
import type { PTuningSettings } from './p-tuning-v2.ts';
import type { PromptTuningSettings } from './prompt-tuning.ts';
import type { SIdpgSettings } from './s-idpg.ts';
import type { ZeroShotSettings } from './zero-shot.ts';

export type MethodSettings =
  | LptSettings
  | PromptTuningSettings
  | PTuningSettings
  | SIdpgSettings
  | LoraSettings
  | AdapterSettings
  | AdapterDropSettings
  | BitFitSettings
  | LinearProbeSettings
  | FullTuningSettings
  | ZeroShotSettings;
export type MethodName = MethodSettings['method'];
