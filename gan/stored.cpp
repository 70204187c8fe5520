#include "gan/stored.h"

#include "gan/core/activity.h"
#include "gan/core/error.h"
#include "gan/core/paths.h"
#include "gan/model/checkpoint.h"
#include "gan/run/folder.h"

namespace gan {
namespace {

namespace fs = std::filesystem;

/// The step in the name of a file, or of the file that a link points to.
std::optional<int64_t> step_in_name(const fs::path& file) {
  std::error_code error;
  const fs::path target = fs::canonical(file, error);
  return step_of(error ? file : target);
}

}  // namespace

std::unique_ptr<const Stored> read_stored(const fs::path& file) {
  const std::string who = file.string();
  now_doing(Activity::reading_a_checkpoint);
  auto out = std::make_unique<Stored>();
  // `last` of a run that is being trained may point to another file by the time it has been read:
  // then it is not known which one was.
  const std::optional<int64_t> before = step_in_name(file);
  out->bytes = read_file(file);
  const std::optional<int64_t> named = step_in_name(file) == before ? before : std::nullopt;
  out->content = parse_checkpoint(out->bytes, who);
  out->header = read_header(out->content, who, named);
  return out;
}

fs::path checkpoint_file(const fs::path& path, const std::string& checkpoint) {
  if (!is_there(path)) throw DataError("{}: no such run or checkpoint", path.string());
  return is_folder(path) ? RunFolder::open(path).find_checkpoint(checkpoint) : path;
}

}  // namespace gan
