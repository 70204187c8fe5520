#include "gan/judge/kept.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include "gan/core/error.h"
#include "gan/io/npy.h"

namespace gan {

void keep(const Path& file, const std::string& bytes) {
  if (file.empty()) return;
  try {
    std::error_code error;
    std::filesystem::create_directories(file.parent_path(), error);
    write_file(file, bytes);
  } catch (const DataError&) {
    // The next call computes it again.
  }
}

Json kept_json(const Path& file, const Json& example, const std::function<Json()>& make) {
  const auto is_whole = [&](const Json& json) {
    if (!json.is_object()) return false;
    for (const auto& [key, value] : example.items())
      if (!json.contains(key) || !json[key].is_number()) return false;
    return true;
  };
  std::error_code error;
  if (!file.empty() && std::filesystem::exists(file, error)) try {
      Json out = Json::parse(read_file(file));
      if (is_whole(out)) return out;
    } catch (const Json::exception&) {
      // Damaged: made again.
    } catch (const DataError&) {
      // It cannot be read.
    }
  Json out = make();
  keep(file, out.dump(1));
  return out;
}

at::Tensor kept_tensor(const Path& file, const std::function<at::Tensor()>& make) {
  std::error_code error;
  if (!file.empty() && std::filesystem::exists(file, error)) try {
      Array array = parse_npy(read_file(file), file.string());
      return at::from_blob(array.values.data(), array.shape, at::kFloat).clone();
    } catch (const DataError&) {
      // Damaged: made again.
    }
  at::Tensor out = make().contiguous();
  if (!file.empty())
    keep(file,
         format_npy(out.sizes().vec(), {out.data_ptr<float>(), static_cast<size_t>(out.numel())}));
  return out;
}

std::string bytes_hash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

}  // namespace gan
