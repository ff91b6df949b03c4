// A stream of the process, whose reader may go before we are done.
import type { Writable } from 'node:stream';

export interface Output {
  write: (text: string) => void;
  /** Whether its reader is gone. */
  readonly isCut: boolean;
}

/** Of a pipe, and of a terminal that was closed. */
const READER_GONE: (string | undefined)[] = ['EPIPE', 'EIO'];

/** A reader that has seen enough (`| head`) is no failure: what more is written is dropped. @param onCut told when it is gone */
export function outputTo(stream: Writable, onCut: () => void): Output {
  let isCut = false;
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (!READER_GONE.includes(error.code)) throw error;
    isCut = true;
    onCut();
  });
  return {
    write: (text) => {
      if (!isCut) stream.write(text);
    },
    get isCut() {
      return isCut;
    },
  };
}
