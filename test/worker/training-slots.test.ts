import { describe, expect, test } from 'vitest';
import { TrainingSlots } from '../../worker/training-slots.ts';

describe('places of one trainer, shared by two queues', () => {
  function queuesOf(trainers: number) {
    const slots = new TrainingSlots(trainers);
    const stop = new AbortController();
    const queue = (name: string) => {
      const supplier = slots.supplierFor(name);
      const reserve = (signal = stop.signal) => supplier.reserveSlot({} as never, signal);
      const use = (permit: object) => supplier.markSlotUsed({ permit, slotInfo: {} as never });
      return { reserve, use, release: (permit: object) => supplier.releaseSlot({ permit }) };
    };
    return { one: queue('one'), other: queue('other'), stop };
  }

  const isPending = async (promise: Promise<unknown>): Promise<boolean> => {
    const pending = Symbol('pending');
    return (await Promise.race([promise, Promise.resolve(pending)])) === pending;
  };

  test('are held by both queues while none has a trial', async () => {
    const { one, other } = queuesOf(1);
    await one.reserve();
    await other.reserve();
    expect(await isPending(one.reserve())).toBe(true);
  });

  test('are not reserved again until the trial of the other queue has ended', async () => {
    const { one, other } = queuesOf(1);
    const [first, second] = [await one.reserve(), await other.reserve()];
    one.use(first);
    other.release(second);
    const next = other.reserve();
    expect(await isPending(next)).toBe(true);
    one.release(first);
    await next;
  });

  test('are given up with the reason of whoever does not need them any more', async () => {
    const { one, stop } = queuesOf(1);
    await one.reserve();
    const next = one.reserve();
    const reason = new Error('shutting down');
    stop.abort(reason);
    await expect(next).rejects.toBe(reason);
    await expect(one.reserve()).rejects.toBe(reason);
  });
});
