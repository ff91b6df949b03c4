// A configuration in the words of a sentence: what it is, and what tells it from others of its method.
import type { ConfigurationMean } from '../db/configurations.ts';
import type { SettingsApart } from './configuration-settings.ts';

type Named = Pick<
  ConfigurationMean,
  'configurationKey' | 'insertionLayers' | 'promptLength' | 'generator' | 'method' | 'bottleneck'
>;

/** Said of every prompt, by names in the sweep file; of other methods only the length is. */
const SAID_OF_PROMPTS = ['insertionLayer', 'promptLength', 'generator', 'bottleneck'];

/** @param saidBesides settings that the sentence says itself */
export function describeConfiguration(row: Named, apart: SettingsApart, saidBesides: readonly string[] = []): string {
  const { insertionLayers, promptLength, generator, method, bottleneck, configurationKey } = row;
  const said = [...(method === 'lpt' ? SAID_OF_PROMPTS : ['promptLength']), ...saidBesides];
  const settings = (apart.get(configurationKey) ?? []).filter(({ name }) => !said.includes(name));
  const others = settings.map(({ name, value }) => `${name} ${value}`);
  if (method !== 'lpt')
    return [promptLength === null ? method : `${method} of length ${promptLength}`, ...others].join(', ');
  const how = generator === 'none' ? 'without a generator' : `made by ${generator ?? '?'}`;
  const details = [...(bottleneck === null ? [] : [`bottleneck ${bottleneck}`]), ...others];
  const inBrackets = details.length === 0 ? '' : ` (${details.join(', ')})`;
  return `a prompt of length ${promptLength ?? '?'} after layer ${insertionLayers ?? '?'}, ${how}${inBrackets}`;
}
