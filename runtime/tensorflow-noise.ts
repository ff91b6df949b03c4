// What TensorFlow and its package print on stderr while they load, whatever the log level.
const NOISE = [
  /All log messages before absl::InitializeLog\(\) is called/,
  /oneDNN custom operations are on/,
  /This TensorFlow binary is optimized to use available CPU instructions/,
  /To enable the following instructions: .* rebuild TensorFlow/,
  /^[IW]\d{4} .* (port|cpu_feature_guard|computation_placer|cuda_executor|gpu_device|service)\.cc:\d+\]/,
  /Unable to register cu(DNN|BLAS|FFT) factory/,
  /(isNullOrUndefined|isArray|punycode).*(deprecated|DeprecationWarning)|DeprecationWarning.*(isNullOrUndefined|isArray|punycode)/,
  /^\(Use `node --trace-deprecation/,
  /Hi, looks like you are running TensorFlow\.js in Node\.js/,
];

export function isTensorflowNoise(line: string): boolean {
  return NOISE.some((pattern) => pattern.test(line));
}
