// Pure: S-IDPG (Wu et al. 2022, "IDPG: An Instance-Dependent Prompt Generation Method", NAACL, arXiv 2204.04497): a prompt
// in front of the first layer, made from the frozen model's own vector of the sentence.
import { oneOf } from '../choices.ts';
import type { BackboneFacts } from '../facts.ts';
import type { Problem } from '../problem.ts';
import { linearSize, type MethodDescriptor, POSITIVE, SHARED } from './descriptor.ts';

const NETWORKS = ['phm', 'dnn'] as const;

interface SIdpgFields {
  promptLength: number;
  generator: (typeof NETWORKS)[number];
  bottleneck: number;
  dropout: number;
  /** n: each weight of the PHM layers is a sum of n Kronecker products. */
  division: number;
}

export type SIdpgSettings = { method: 's-idpg'; promptLength: number; bottleneck: number; dropout: number } & (
  { generator: 'dnn' } | { generator: 'phm'; division: number }
);

export const sIdpg: MethodDescriptor<SIdpgSettings, SIdpgFields> = {
  name: 's-idpg',
  decoderRevision: 2, // the sentence's vector is read behind the final LayerNorm
  settings: {
    promptLength: { ...SHARED.promptLength, usual: [5] },
    generator: { domain: oneOf(NETWORKS), usual: ['phm'] },
    bottleneck: { ...SHARED.bottleneck, usual: [256] },
    dropout: { ...SHARED.dropout, usual: [0.1] },
    division: { domain: POSITIVE, usual: [16] },
  },
  usual: () => ({ learningRate: 5e-4 }),
  passes: 2,
  crossings: ({ promptLength = [], generator = [], bottleneck = [], dropout = [], division = [] }) =>
    generator.map((network) => ({
      ...{ method: ['s-idpg'], promptLength, generator: [network], bottleneck, dropout },
      ...(network === 'phm' ? { division } : {}),
    })),
  firstTouchedLayer: () => 0,
  inputLayers: (_, layers) => [0, layers],
  /** dnn as npg; phm 2·n³ + D·m / n + m + m·p·D / n + p·D. */
  trainable: (settings, { hiddenSize }) => {
    const { promptLength, bottleneck } = settings;
    const outputs = promptLength * hiddenSize;
    if (settings.generator === 'dnn') return linearSize(hiddenSize, bottleneck) + linearSize(bottleneck, outputs);
    const { division } = settings;
    const products = (hiddenSize * bottleneck + bottleneck * outputs) / division;
    return 2 * division ** 3 + products + bottleneck + outputs;
  },
  addedPositions: ({ promptLength }) => promptLength,
  promptShape: ({ promptLength, generator }) => ({ insertionLayer: 0, promptLength, generator }),
  problems: divisionProblems,
};

/** Blocks are whole only where n divides both sides of both weights. */
function divisionProblems(settings: SIdpgSettings, { name, hiddenSize }: BackboneFacts): Problem[] {
  if (settings.generator === 'dnn') return [];
  const { division, bottleneck } = settings;
  if (hiddenSize % division === 0 && bottleneck % division === 0) return [];
  const expected = `a divisor of the bottleneck ${bottleneck} and of ${hiddenSize}, the width of ${name}`;
  return [{ field: 'division', expected, found: String(division) }];
}
