// Given to Node by `--import`: from then on the process believes that it is some hours later, or earlier.
const shiftMs = Number(new URL(import.meta.url).searchParams.get('hours')) * 3_600_000;
const RightDate = Date;
const now = () => RightDate.now() + shiftMs;

globalThis.Date = new Proxy(RightDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
