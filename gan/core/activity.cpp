#include "gan/core/activity.h"

#include <atomic>

namespace gan {
namespace {

std::atomic<Activity> now{Activity::starting};

}  // namespace

void now_doing(Activity activity) {
  now = activity;
}

std::string out_of_memory() {
  switch (now.load()) {
    case Activity::starting:
      break;
    case Activity::reading_data:
      return "out of memory while reading the data; use fewer or smaller examples, or end other programs";
    case Activity::reading_a_checkpoint:
      return "out of memory while reading a checkpoint; end other programs, or use a machine with more";
    case Activity::training:
      return "out of memory while training; make training.batch_size or the layers smaller, or end other programs";
    case Activity::drawing_samples:
      return "out of memory while drawing samples; ask for fewer, or end other programs";
    case Activity::scoring:
      return "out of memory while scoring; use fewer or smaller examples, or end other programs";
  }
  return "out of memory; end other programs, or use a machine with more";
}

}  // namespace gan
