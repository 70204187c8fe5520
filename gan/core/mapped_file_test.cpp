#include "gan/core/mapped_file.h"

#include <gtest/gtest.h>

#include <string_view>

#include "gan/core/error.h"
#include "gan/core/testing.h"

namespace gan {
namespace {

std::string_view text_of(const MappedFile& file) {
  return {reinterpret_cast<const char*>(file.bytes().data()), file.bytes().size()};
}

TEST(MappedFile, HoldsTheBytesAlsoOfARemovedFile) {
  const ScratchFolder folder;
  const Path path = folder.path() / "a";
  write_file(path, "some bytes");
  const MappedFile file(path);
  file.expect_random_access();
  std::filesystem::remove(path);
  EXPECT_EQ(text_of(file), "some bytes");
}

TEST(MappedFile, MayBeEmpty) {
  const ScratchFolder folder;
  write_file(folder.path() / "a", "");
  const MappedFile file(folder.path() / "a");
  file.expect_random_access();
  EXPECT_TRUE(file.bytes().empty());
}

TEST(MappedFile, ThatIsNotThereIsNamed) {
  const ScratchFolder folder;
  const Path path = folder.path() / "none";
  try {
    const MappedFile file(path);
    FAIL() << "it was mapped";
  } catch (const DataError& error) {
    EXPECT_EQ(std::string(error.what()),
              path.string() + ": cannot read it: No such file or directory");
  }
  EXPECT_THROW(MappedFile(folder.path()), DataError);
}

}  // namespace
}  // namespace gan
