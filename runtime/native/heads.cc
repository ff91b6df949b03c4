// Rows to attention heads and back: [B·T, parts · heads · d] ↔ parts of [B, heads, T, d], with the bias on the way there.
#include <algorithm>
#include <stdexcept>

#include "parallel.h"
#include "registration.h"
#include "vectorised.h"

namespace lpt {
namespace {

struct Layout {
  int64_t batch, heads, length, size, parts;

  int64_t rowWidth() const { return parts * heads * size; }
  int64_t rows() const { return batch * length; }
  Shape split() const { return {batch, heads, length, size}; }
  Shape merged() const { return {rows(), rowWidth()}; }
  /** Where the vector of a row in one head lies. */
  int64_t place(int64_t row, int64_t head) const {
    return ((row / length * heads + head) * length + row % length) * size;
  }
};

VECTORISED void addInto(float* to, const float* from, const float* bias, int64_t size) {
#pragma omp simd
  for (int64_t i = 0; i < size; i += 1) to[i] = from[i] + bias[i];
}

Layout splitLayout(KernelCall& call, int64_t parts) {
  const auto [batch, heads] = std::pair{call.attributes.batch, call.attributes.heads};
  const Shape rows = call.shape(0, 2);
  if (batch < 1 || heads < 1 || rows[0] % batch != 0 || rows[1] % (parts * heads) != 0) {
    throw std::invalid_argument("Expected rows for " + std::to_string(batch) + " examples and " +
                                std::to_string(parts * heads) + " heads, found " + std::to_string(rows[0]) + " of " +
                                std::to_string(rows[1]) + " numbers.");
  }
  return {batch, heads, rows[0] / batch, rows[1] / parts / heads, parts};
}

/** Without a second input nothing is added. */
void split(KernelCall& call, const Layout& layout) {
  const float* const from = call.input(0, layout.merged());
  const float* const bias = call.inputs() > 1 ? call.input(1, {layout.rowWidth()}) : nullptr;
  std::vector<float*> to;
  for (int64_t part = 0; part < layout.parts; part += 1) to.push_back(call.output(part, layout.split()));
  parallelRows(layout.rows(), layout.rowWidth(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) {
      for (int64_t vector = 0; vector < layout.parts * layout.heads; vector += 1) {
        const float* const source = from + row * layout.rowWidth() + vector * layout.size;
        float* const target = to[vector / layout.heads] + layout.place(row, vector % layout.heads);
        if (bias == nullptr) std::copy_n(source, layout.size, target);
        else addInto(target, source, bias + vector * layout.size, layout.size);
      }
    }
  });
}

void splitHeads(KernelCall& call) { split(call, splitLayout(call, 1)); }

void splitKeyValue(KernelCall& call) { split(call, splitLayout(call, 2)); }

/** One part for each input. */
void mergeHeads(KernelCall& call) {
  const Shape shape = call.shape(0, 4);
  const Layout layout{shape[0], shape[1], shape[2], shape[3], call.inputs()};
  std::vector<const float*> from;
  for (int part = 0; part < call.inputs(); part += 1) from.push_back(call.input(part, shape));
  float* const to = call.output(0, layout.merged());
  parallelRows(layout.rows(), layout.rowWidth(), [&](int64_t begin, int64_t end) {
    for (int64_t row = begin; row < end; row += 1) {
      for (int64_t vector = 0; vector < layout.parts * layout.heads; vector += 1) {
        const float* const source = from[vector / layout.heads] + layout.place(row, vector % layout.heads);
        std::copy_n(source, layout.size, to + row * layout.rowWidth() + vector * layout.size);
      }
    }
  });
}

const std::vector<const char*> COUNTS = {"batch: int", "heads: int"};

const bool registered[] = {
    registerKernel({"LptSplitHeads", {"rows: float"}, {"heads_of_rows: float"}, COUNTS}, guarded<splitHeads>),
    registerKernel({"LptBiasSplitHeads", {"rows: float", "bias: float"}, {"heads_of_rows: float"}, COUNTS},
                   guarded<splitHeads>),
    registerKernel({"LptBiasSplitKeyValue", {"rows: float", "bias: float"}, {"key: float", "value: float"}, COUNTS},
                   guarded<splitKeyValue>),
    registerKernel({"LptMergeHeads", {"heads_of_rows: float"}, {"rows: float"}, {}}, guarded<mergeHeads>),
    registerKernel({"LptMergeKeyValue", {"key: float", "value: float"}, {"rows: float"}, {}}, guarded<mergeHeads>),
};

}  // namespace
}  // namespace lpt
