#include "gan/io/reader.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <filesystem>

#include "gan/core/files.h"
#include "gan/core/testing.h"
#include "gan/io/gzip.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

class Reader : public ::testing::Test {
 protected:
  Path path(const char* name) const { return temp_.path() / name; }
  Path written(std::string_view bytes) const {
    write_file(path("x"), bytes);
    return path("x");
  }
  const ScratchFolder temp_;
};

std::string noise(size_t size) {
  std::string out;
  for (uint32_t x = 1; out.size() < size; x = x * 1664525 + 1013904223)
    out += static_cast<char>(x >> 24);
  return out;
}

TEST_F(Reader, GivesTheBytesInOrder) {
  const std::string content = noise(300'000);
  for (const std::string& stored : {content, gzip(content)}) {
    ByteReader file = ByteReader::open(written(stored)), memory(stored, kWho);
    for (ByteReader* in : {&file, &memory}) {
      EXPECT_EQ(in->is_gzip(), stored != content);
      EXPECT_GE(in->most_left(), 300'000);
      EXPECT_EQ(in->take(5), content.substr(0, 5));
      std::string rest(200'000, '\0');
      EXPECT_EQ(in->read(rest), 200'000u);
      EXPECT_EQ(rest, content.substr(5, 200'000));
      EXPECT_EQ(in->take(1 << 20), content.substr(200'005));
      EXPECT_EQ(in->take(1), "");
    }
    EXPECT_EQ(file.who(), path("x").string());
    EXPECT_EQ(memory.who(), kWho);
  }
}

TEST_F(Reader, KnowsHowManyBytesAreLeft) {
  ByteReader in = ByteReader::open(written(std::string(100'000, 'a')));
  EXPECT_EQ(in.most_left(), 100'000);
  in.take(10);
  EXPECT_EQ(in.most_left(), 99'990);
  in.take(99'990);
  EXPECT_EQ(in.most_left(), 0);
}

TEST_F(Reader, RefusesWhatIsNoFile) {
  const auto refused = [&](const Path& file, std::string_view part) {
    expect_data_error([&] { ByteReader::open(file); }, part, file.string());
  };
  refused(path("none"), "No such file");
  refused(temp_.path(), "is a folder");
  ASSERT_EQ(mkfifo(path("pipe").c_str(), 0600), 0);
  refused(path("pipe"),
          "is a pipe or a device, which cannot be read again; save what it gives to a file first");
  refused("/dev/zero", "is a pipe or a device");
}

}  // namespace
}  // namespace gan
