#include "gan/model/checkpoint.h"

#include <ATen/ATen.h>

#include <cstring>
#include <list>

#include "gan/core/error.h"
#include "gan/io/bytes.h"

namespace gan {
namespace {

std::string dtype_name(const Tensor& t) {
  switch (t.scalar_type()) {
    case at::kFloat:
      return "F32";
    case at::kDouble:
      return "F64";
    case at::kLong:
      return "I64";
    case at::kByte:
      return "U8";
    default:
      break;
  }
  throw std::logic_error("a state tensor must be float, double, int64 or uint8");
}

constexpr const char* kChecksumKey = "checksum";

}  // namespace

std::string write_checkpoint(const StateVisit& state,
                             const std::map<std::string, std::string>& metadata) {
  SafeTensors content;
  content.metadata = metadata;
  std::list<Tensor> alive;  // the views below point into these
  state([&](const std::string& name, Tensor& value) {
    const Tensor& t = alive.emplace_back(value.detach().cpu().contiguous());
    const bool added = content.tensors
                           .emplace(name, SafeTensor{dtype_name(t),
                                                     t.sizes().vec(),
                                                     {static_cast<const char*>(t.data_ptr()),
                                                      static_cast<size_t>(t.nbytes())}})
                           .second;
    if (!added) throw std::logic_error("two state tensors are called " + name);
  });
  content.metadata[kChecksumKey] = checksum(content);
  return format_safetensors(content);
}

SafeTensors parse_checkpoint(std::string_view bytes, const std::string& who) {
  SafeTensors content = parse_safetensors(bytes, who);
  verify_checksum(content, who);
  return content;
}

void read_checkpoint(const SafeTensors& content, const StateVisit& state, const std::string& who) {
  const at::NoGradGuard no_grad;
  state([&](const std::string& name, Tensor& value) {
    const auto found = content.tensors.find(name);
    if (found == content.tensors.end())
      throw DataError("{}: holds no '{}': it was written by another kind of run", who, name);
    const SafeTensor& stored = found->second;
    if (stored.dtype != dtype_name(value) || !value.sizes().equals(stored.shape))
      throw DataError(
          "{}: '{}' is {} {}, expected {} {}: the checkpoint does not belong to this configuration",
          who, name, stored.dtype, shape_text(stored.shape), dtype_name(value),
          shape_text(value.sizes().vec()));
    Tensor cpu = at::empty(value.sizes(), value.options().device(at::kCPU).requires_grad(false));
    std::memcpy(cpu.data_ptr(), stored.bytes.data(), stored.bytes.size());
    value.copy_(cpu);
  });
}

std::string first_not_finite(const StateVisit& state) {
  std::string out;
  state([&](const std::string& name, Tensor& value) {
    if (out.empty() && at::isFloatingType(value.scalar_type()) &&
        !at::isfinite(value.detach()).all().item<bool>())
      out = name;
  });
  return out;
}

}  // namespace gan
