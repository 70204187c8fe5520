#include "gan/spec/dbn.h"

#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "dbn", "ais"};
}

void check(const Config& c, const DataSpec&) {
  check_stack(c.dbn, "dbn");
  check_binary(c);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  const double recognition = c.dbn.joint_epochs > 0 ? size_of_stack(c.dbn, dim).lower : 0;
  return stack_memory(c, c.dbn, dim, recognition);
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return kBytesOfFloat * size_of_stack(c.dbn, dim).parameters;
}

}  // namespace

const FamilySpec kDbnSpec = {
    .name = "dbn",
    .about =
        "a deep belief network: the two top layers are an RBM, each layer below is drawn from "
        "the one above",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .length_is_fixed = true,
};

}  // namespace gan
