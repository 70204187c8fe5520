#include "gan/export/places.h"

#include <algorithm>

namespace gan {
namespace {

using generator::Index;
using generator::Step;

constexpr size_t kNone = static_cast<size_t>(-1);

struct Slot {
  int64_t size;
  bool used;
};

/// The smallest that is free and large enough; or the largest, made larger. Slot 0 is of z alone.
size_t free_slot(std::vector<Slot>& slots, int64_t size) {
  size_t best = kNone;
  const auto better = [&](size_t i) {
    if (best == kNone) return true;
    if (slots[i].size < size) return slots[best].size < slots[i].size;
    return slots[best].size < size || slots[i].size < slots[best].size;
  };
  for (size_t i = 1; i < slots.size(); ++i)
    if (!slots[i].used && better(i)) best = i;
  if (best == kNone) {
    slots.push_back({0, true});
    best = slots.size() - 1;
  }
  slots[best] = {std::max(size, slots[best].size), true};
  return best;
}

}  // namespace

Places places_of(const std::vector<Step>& steps, const std::vector<int64_t>& sizes, size_t result) {
  const auto number = [](Index value) { return static_cast<size_t>(value); };
  std::vector<size_t> last_use(sizes.size()), slot_of(sizes.size(), kNone);
  for (size_t i = 0; i < steps.size(); ++i)
    for (const Index value : {steps[i].in, steps[i].other}) last_use[number(value)] = i;
  last_use[result] = steps.size();
  std::vector<Slot> slots{{sizes[0], true}};
  slot_of[0] = 0;
  for (size_t i = 0; i < steps.size(); ++i) {
    const size_t output = number(steps[i].out);
    if (slot_of[output] == kNone) slot_of[output] = free_slot(slots, sizes[output]);
    for (const Index value : {steps[i].in, steps[i].other})
      if (last_use[number(value)] == i) slots[slot_of[number(value)]].used = false;
  }
  std::vector<Index> begin{0};
  for (const Slot& slot : slots) begin.push_back(begin.back() + slot.size);
  Places out{std::vector<Index>(sizes.size(), kNowhere), begin.back()};
  for (size_t value = 0; value < sizes.size(); ++value)
    if (slot_of[value] != kNone) out.begin[value] = begin[slot_of[value]];
  return out;
}

}  // namespace gan
