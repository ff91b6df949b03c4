// Trainers shared by several queues: a queue is asked for a trial only while some trainer is free.
import type { ActivitySlotInfo, CustomSlotSupplier, SlotPermit } from '@temporalio/worker';

interface Permit extends SlotPermit {
  queue: string;
  used: boolean;
}

/**
 * A place is taken before a queue is asked, and an empty queue holds its place for the length of a poll. So each queue may
 * hold as many places as there are trainers, less those that train for other queues. Two queues that answer in the same
 * instant give one trial too many: its attempt finds no trainer, and it goes back.
 */
export class TrainingSlots {
  readonly #trainers: number;
  readonly #permits = new Set<Permit>();
  readonly #waiting = new Set<() => void>();

  constructor(trainers: number) {
    this.#trainers = trainers;
  }

  supplierFor(queue: string): CustomSlotSupplier<ActivitySlotInfo> {
    return {
      type: 'custom',
      reserveSlot: (_context, signal) => this.#reserve(queue, signal),
      // Only for activities that a workflow task's answer brings, which have a queue of their own here.
      tryReserveSlot: () => null,
      markSlotUsed: ({ permit }) => {
        (permit as Permit).used = true;
      },
      releaseSlot: ({ permit }) => {
        this.#permits.delete(permit as Permit);
        for (const look of this.#waiting) look();
      },
    };
  }

  #reserve(queue: string, signal: AbortSignal): Promise<Permit> {
    return new Promise((resolve, reject) => {
      const look = (): void => {
        if (!this.#hasRoom(queue)) return;
        const permit = { queue, used: false };
        this.#permits.add(permit);
        leave();
        resolve(permit);
      };
      const giveUp = (): void => {
        leave();
        // Any other error would be taken for a fault of ours.
        reject(signal.reason as Error);
      };
      const leave = (): void => {
        this.#waiting.delete(look);
        signal.removeEventListener('abort', giveUp);
      };
      this.#waiting.add(look);
      signal.addEventListener('abort', giveUp);
      if (signal.aborted) giveUp();
      else look();
    });
  }

  #hasRoom(queue: string): boolean {
    const held = [...this.#permits].filter((permit) => permit.queue === queue || permit.used);
    return held.length < this.#trainers;
  }
}
