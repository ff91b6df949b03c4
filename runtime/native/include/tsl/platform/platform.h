// Stands in for a header that set-up does not unpack: TensorFlow's kernels.h reads nothing but this answer from it, and
// then leaves out what only plug-in devices need.
#pragma once

#define IS_SLIM_BUILD
