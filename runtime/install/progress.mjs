// What set-up shows: one line a part, rewritten on a terminal, repeated now and then in a log.
const QUIET_MS = 10_000;

/**
 * @typedef {object} PartProgress
 * @property {(doing: string) => void} say what is being done now
 * @property {(folder: () => number, doing: string, total?: number) => () => void} follow bytes as they grow, until the answer is called
 */

/**
 * @param {{write: (text: string) => unknown, isTTY?: boolean}} output
 */
export function createProgress(output) {
  const terminal = output.isTTY === true;
  return {
    /**
     * @template T
     * @param {string} title
     * @param {(progress: PartProgress) => Promise<T>} work
     * @returns {Promise<T>}
     */
    async part(title, work) {
      const line = createLine(title, { write: (text) => output.write(text), terminal });
      const ticking = setInterval(() => line.show(false), 500);
      try {
        return await work({ say: (doing) => line.set(doing), follow: line.follow });
      } finally {
        clearInterval(ticking);
        line.clear();
      }
    },
    /** @param {string} text */
    line(text) {
      output.write(`${text}\n`);
    },
  };
}

/**
 * @param {string} title
 * @param {{write: (text: string) => unknown, terminal: boolean}} output
 */
function createLine(title, { write, terminal }) {
  const started = Date.now();
  let doing = '';
  let shownAt = 0;
  /** @type {(() => string) | null} */
  let bytes = null;
  const show = (/** @type {boolean} */ now) => {
    if (!terminal && !now && Date.now() - shownAt < QUIET_MS) return;
    shownAt = Date.now();
    const text = `${title} … ${doing}${bytes ? ` ${bytes()}` : ''} ${seconds(started)}`;
    write(terminal ? `\r\u001b[K${text}` : `${text}\n`);
  };
  const set = (/** @type {string} */ next) => {
    doing = next;
    show(true);
  };
  return {
    show,
    set,
    clear: () => terminal && write('\r\u001b[K'),
    /** @type {PartProgress['follow']} */
    follow(size, next, total) {
      const before = size();
      set(total === undefined ? next : `${next} (${megabytes(total)} MB)`);
      bytes = () => {
        const got = size() - before;
        return total === undefined ? `${megabytes(got)} MB` : `${Math.min(99, Math.floor((100 * got) / total))} %`;
      };
      return () => void (bytes = null);
    },
  };
}

/** @param {number} started */
export function seconds(started) {
  return `${Math.round((Date.now() - started) / 1000)} s`;
}

/** @param {number} bytes */
function megabytes(bytes) {
  return Math.round(bytes / 1e6);
}
