// What a built-in task says of itself: cloze text, label words, and the score it is judged by.
import type { MetricName } from '../../sweep/task.ts';

export interface TaskDefinition {
  name: string;
  /** Cloze text with `{field}`s and one `<mask>`. */
  template: string;
  /** The same for a decoder, where the label word comes last. Without it, `template` up to its mask. */
  decoderTemplate?: string;
  /** Label as it stands in the data → the one-token word that stands for it. */
  labelWords: Record<string, string>;
  /** What stands in the data where annotators agreed on no label: such examples are left out. */
  unlabelled?: readonly string[];
  metric: MetricName;
  /** The template's fields. The data has a column for each, and one more for the label. */
  fields: readonly string[];
}
