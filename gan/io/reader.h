#pragma once
/// The bytes of a file in order, inflated on the way where they are gzip. Whoever parses them takes
/// what a header promises and no more, so that memory does not follow what a file that lies would
/// inflate to.

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace gan {

class ByteReader {
 public:
  /// Of memory that outlives it. `who` names the source in errors.
  ByteReader(std::string_view bytes, std::string_view who);
  /// Of a file. @throws DataError when it cannot be read, or is a folder, a pipe or a device
  static ByteReader open(const std::filesystem::path& file);
  ByteReader(ByteReader&&) noexcept;
  ~ByteReader();

  const std::string& who() const;
  bool is_gzip() const;

  /// Bytes that are still to come: exactly, or at most where they are gzip.
  int64_t most_left() const;

  /// Fills `out` as far as there are bytes, and says how many there were.
  /// @throws DataError when the file cannot be read, or its gzip data are damaged
  size_t read(std::span<char> out);

  /// The next n bytes; fewer at the end.
  std::string take(size_t n);

 private:
  struct State;
  explicit ByteReader(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace gan
