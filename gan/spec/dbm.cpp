#include "gan/spec/dbm.h"

#include "gan/spec/family.h"

namespace gan {
namespace {

std::vector<std::string_view> sections(const Config&) {
  return {"optimizer", "dbm", "ais"};
}

void check(const Config& c, const DataSpec&) {
  check_stack(c.dbm, "dbm");
  if (c.dbm.sparsity_cost > 0) check_list(c.dbm, "dbm", "sparsity", c.dbm.sparsity.size());
  check_binary(c);
}

MemoryNeed memory(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return stack_memory(c, c.dbm, dim, 0);
}

double parameter_bytes(const Config& c, const DataSpec& data) {
  const int64_t dim = data.dim();
  return kBytesOfFloat * size_of_stack(c.dbm, dim).parameters;
}

}  // namespace

const FamilySpec kDbmSpec = {
    .name = "dbm",
    .about = "a deep Boltzmann machine: each layer is joined to the next",
    .sections = sections,
    .check = check,
    .memory = memory,
    .model_bytes = parameter_bytes,
    .length_is_fixed = true,
};

}  // namespace gan
