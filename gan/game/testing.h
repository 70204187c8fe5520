#pragma once
/// For the tests of this folder.

#include <ATen/ATen.h>
#include <gtest/gtest.h>

#include <map>
#include <string>

#include "gan/model/learner.h"

namespace gan {

/// A copy of everything that a checkpoint would hold; no name stands twice.
inline std::map<std::string, Tensor> state_of(Learner& learner) {
  std::map<std::string, Tensor> out;
  learner.visit_state([&](const std::string& name, Tensor& t) {
    EXPECT_TRUE(out.emplace(name, t.detach().clone()).second) << name;
  });
  return out;
}

}  // namespace gan
