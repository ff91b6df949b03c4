// A payload that a worker cannot read fails a workflow's task, which another worker may take: but this one's owner must hear of it.
import type { PayloadCodec } from '@temporalio/common';

/** Says each reason once. */
export function audibleCodec(codec: PayloadCodec, say: (text: string) => void): PayloadCodec {
  const said = new Set<string>();
  return {
    encode: (payloads, context) => codec.encode(payloads, context),
    decode: async (payloads, context) => {
      try {
        return await codec.decode(payloads, context);
      } catch (error) {
        const message = error instanceof Error ? error.message : String(error);
        if (!said.has(message)) say(message);
        said.add(message);
        throw error;
      }
    },
  };
}
