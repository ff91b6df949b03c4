// Given to Node by `--import`: from then on the process believes that it is some hours later, or earlier; with `jumpsEveryMs`
// it does so and stops to, over and over.
const settings = new URL(import.meta.url).searchParams;
const shiftMs = Number(settings.get('hours')) * 3_600_000;
const jumpsEveryMs = Number(settings.get('jumpsEveryMs') ?? Infinity);
const RightDate = Date;
const isRight = () => Math.floor(performance.now() / jumpsEveryMs) % 2 === 1;
const now = () => RightDate.now() + (isRight() ? 0 : shiftMs);

globalThis.Date = new Proxy(RightDate, {
  construct: (target, values, newTarget) =>
    Reflect.construct(target, values.length === 0 ? [now()] : values, newTarget),
  apply: () => new RightDate(now()).toString(),
  get: (target, name, receiver) => (name === 'now' ? now : Reflect.get(target, name, receiver)),
});
