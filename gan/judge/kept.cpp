#include "gan/judge/kept.h"

#include <ATen/ATen.h>
#include <fmt/core.h>

#include "gan/core/error.h"
#include "gan/core/mapped_file.h"
#include "gan/io/bytes.h"
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

namespace {

/// [n, F] in an .npy file as format_npy writes it; undefined where it is none.
at::Tensor mapped(const Path& file, int64_t n) try {
  const auto map = std::make_shared<const MappedFile>(file);
  const std::string_view bytes(reinterpret_cast<const char*>(map->bytes().data()),
                               map->bytes().size());
  constexpr size_t kBefore = 8;  // magic and version; then the length of the rest of the header
  if (bytes.size() < kBefore + sizeof(uint16_t)) return {};
  const size_t header = kBefore + sizeof(uint16_t) + load_little<uint16_t>(bytes.substr(kBefore));
  const size_t row_size = static_cast<size_t>(n) * sizeof(float);
  if (bytes.size() < header || (bytes.size() - header) % row_size != 0) return {};
  const auto width = static_cast<int64_t>((bytes.size() - header) / row_size);
  if (bytes.substr(0, header) != npy_header({n, width})) return {};
  auto* values = const_cast<char*>(bytes.data() + header);  // ATen knows no const data
  return at::from_blob(
      values, {n, width}, [map](void*) {}, at::kFloat);
} catch (const DataError&) {
  return {};
}

}  // namespace

at::Tensor kept_tensor(const Path& file, int64_t n, const std::function<at::Tensor()>& make) {
  std::error_code error;
  const auto there = [&] { return !file.empty() && std::filesystem::exists(file, error); };
  if (there())
    if (at::Tensor known = mapped(file, n); known.defined()) return known;
  const at::Tensor made = make().contiguous();
  if (file.empty()) return made;
  keep(file,
       format_npy(made.sizes().vec(), {made.data_ptr<float>(), static_cast<size_t>(made.numel())}));
  const at::Tensor known = there() ? mapped(file, n) : at::Tensor();
  return known.defined() ? known : made;
}

std::string bytes_hash(std::string_view bytes) {
  uint64_t hash = 0xcbf29ce484222325;
  for (const char c : bytes) hash = (hash ^ static_cast<uint8_t>(c)) * 0x100000001b3;
  return fmt::format("{:016x}", hash);
}

}  // namespace gan
