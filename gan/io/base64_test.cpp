#include "gan/io/base64.h"

#include <gtest/gtest.h>

#include "gan/core/error.h"

namespace gan {
namespace {

TEST(Base64, IsThatOfTheStandard) {  // RFC 4648, section 10
  const std::pair<const char*, const char*> cases[] = {{"", ""},
                                                       {"f", "Zg=="},
                                                       {"fo", "Zm8="},
                                                       {"foo", "Zm9v"},
                                                       {"foob", "Zm9vYg=="},
                                                       {"fooba", "Zm9vYmE="},
                                                       {"foobar", "Zm9vYmFy"}};
  for (const auto& [bytes, text] : cases) {
    EXPECT_EQ(encode_base64(bytes), text);
    EXPECT_EQ(decode_base64(text, "x"), bytes);
  }
}

TEST(Base64, KeepsEveryByte) {
  std::string bytes;
  for (int length = 0; length < 600; ++length) {
    EXPECT_EQ(decode_base64(encode_base64(bytes), "x"), bytes);
    bytes += static_cast<char>(length * 37);
  }
}

TEST(Base64, RefusesWhatItDoesNotWrite) {
  for (const char* text :
       {"Z", "Zg", "Zg=", "Zg===", "====", "Zh==", "Z g=", "Zm9v\n", "Zm-v", "Zg==Zg=="})
    EXPECT_THROW(decode_base64(text, "x"), DataError) << text;
}

}  // namespace
}  // namespace gan
