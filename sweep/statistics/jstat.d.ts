// What is used of jstat, which has no types of its own.
declare module 'jstat' {
  interface Distributions {
    studentt: { cdf(x: number, degrees: number): number; inv(probability: number, degrees: number): number };
    normal: { cdf(x: number, mean: number, sd: number): number };
  }
  const library: { jStat: Distributions };
  export default library;
}
