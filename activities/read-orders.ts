// What Postgres says that a sweep's workflow has to heed: how much at a time, and which of its trials shall stop.
import { type Orders, readOrders } from '../db/standing-orders.ts';
import type { Dependencies } from './dependencies.ts';

export function createReadOrders({ database }: Dependencies) {
  return (request: { sweepId: string; inFlight: string[] }): Promise<Orders> => readOrders(database, request);
}
