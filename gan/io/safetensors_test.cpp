#include "gan/io/safetensors.h"

#include <cmath>
#include <limits>

#include "gan/io/bytes.h"
#include "gan/io/testing.h"

namespace gan {
namespace {

using namespace std::string_literals;

SafeTensors parse(std::string_view bytes) {
  return parse_safetensors(bytes, kWho);
}

std::string file(const std::string& header, const std::string& data = "") {
  std::string out;
  append_little<uint64_t>(out, header.size());
  return out + header + data;
}

/// One entry of a header.
std::string entry(const std::string& name, const std::string& dtype, const std::string& shape,
                  const std::string& offsets) {
  return "\"" + name + R"(":{"dtype":")" + dtype + R"(","shape":)" + shape + R"(,"data_offsets":)" +
         offsets + "}";
}

void expect_error(const std::string& bytes, std::string_view part) {
  SCOPED_TRACE(bytes.substr(0, 200));
  expect_data_error([&] { parse(bytes); }, part);
}

TEST(SafeTensors, WritesTheFormat) {
  const std::string one = "\0\0\x80\x3f"s;
  const SafeTensors content{{{"b", {"F32", {1}, one}}, {"a", {"U8", {2, 1}, "xy"}}}, {{"k", "v"}}};
  const std::string header =
      R"({"__metadata__":{"k":"v"},"a":{"data_offsets":[0,2],"dtype":"U8","shape":[2,1]},)"
      R"("b":{"data_offsets":[2,6],"dtype":"F32","shape":[1]}})";
  EXPECT_EQ(header.size(), 133u);
  EXPECT_EQ(format_safetensors(content), "\x88\0\0\0\0\0\0\0"s + header + "   " + "xy" + one);
}

TEST(SafeTensors, RoundTrips) {
  const std::string bytes(64, 'q');
  const std::string_view all = bytes;
  const SafeTensors content{{{"scalar", {"F64", {}, all.substr(0, 8)}},
                             {"none", {"I64", {3, 0}, ""}},
                             {"z\"\xc3\xa9\n", {"BF16", {2, 2, 1}, all.substr(0, 8)}}},
                            {{"step", "12"}, {"spec", "{\"x\": 1}"}}};
  const std::string file = format_safetensors(content);
  EXPECT_EQ((load_little<uint64_t>(file) + 8) % 8, 0u);
  const SafeTensors read = parse(file);
  EXPECT_EQ(read.metadata, content.metadata);
  ASSERT_EQ(read.tensors.size(), 3u);
  for (const auto& [name, tensor] : content.tensors) {
    EXPECT_EQ(read.tensors.at(name).dtype, tensor.dtype);
    EXPECT_EQ(read.tensors.at(name).shape, tensor.shape);
    EXPECT_EQ(read.tensors.at(name).bytes, tensor.bytes);
  }
  EXPECT_EQ(format_safetensors(read), file);
  EXPECT_TRUE(parse(format_safetensors({})).tensors.empty());
}

TEST(SafeTensors, ReadsWhatOthersWrite) {
  const std::string header = "{" + entry("late", "U8", "[1]", "[2,3]") + ", " +
                             entry("early", "I16", "[]", "[0,2]") + "," +
                             entry("none", "F32", "[0]", "[2,2]") + "}   ";
  const std::string bytes = file(header, "abc");
  EXPECT_EQ(parse(bytes).tensors.at("early").bytes, "ab");
  EXPECT_EQ(parse(bytes).tensors.at("late").bytes, "c");
}

TEST(SafeTensors, NoPrefixParses) {
  const std::string bytes =
      file("{\"__metadata__\":{\"k\":\"v\"}," + entry("a", "U8", "[2]", "[0,2]") + "}", "xy");
  ASSERT_EQ(parse(bytes).metadata.at("k"), "v");
  expect_prefixes_fail(bytes, parse);
  expect_survives_damage(bytes, parse);
}

TEST(SafeTensors, RefusesAWrongHeader) {
  expect_error("", "is empty");
  expect_error("PK\x03\x04 a zip file", "expected a header up to 100000000 bytes");
  expect_error(std::string(8, '\xff'), "got 18446744073709551615");
  expect_error("\x01\xe1\xf5\x05\0\0\0\0"s, "got 100000001");
  expect_error("\x00\xe1\xf5\x05\0\0\0\0{}"s, "header of 100000000 bytes, the file ends after 2");
  for (const std::string& header :
       {""s, "[]"s, " {}"s, "null"s, "{"s, "{}}"s, "{}\0"s, "{\"a\":1e999}"s, "{\"\xff\":1}"s}) {
    expect_error(file(header), "expected a JSON object as header");
  }
  const std::string a = entry("a", "U8", "[1]", "[0,1]");
  expect_error(file("{" + a + "," + a + "}", "x"), "names \"a\" twice");
  expect_error(file("{\"\":1,\"\":2}"), "names \"\" twice");
  expect_error(file(R"({"a":{"dtype":"U8","dtype":"I8","shape":[1],"data_offsets":[0,1]}})", "x"),
               "\"dtype\" twice");
}

TEST(SafeTensors, RefusesDeepNesting) {
  const std::string deep(200000, '[');
  const std::string closed = deep + std::string(deep.size(), ']');
  std::string objects;
  for (int i = 0; i < 100'000; ++i) objects += "{\"a\":";
  for (const std::string& header :
       {"{\"a\":" + deep, "{\"a\":" + closed + "}", "{" + entry("a", "U8", closed, "[0,1]") + "}",
        "{\"__metadata__\":{\"a\":" + closed + "}}", objects}) {
    expect_error(file(header, "x"), "nests more than 4 deep");
  }
}

TEST(SafeTensors, LimitsNames) {
  const auto named = [](size_t size) {
    return file("{" + entry(std::string(size, 'n'), "U8", "[1]", "[0,1]") + "}", "x");
  };
  EXPECT_EQ(parse(named(4096)).tensors.size(), 1u);
  expect_error(named(4097), "a name of 4097 bytes");
  const auto many = [](int count) {
    std::string header = "{";
    for (int i = 0; i < count; ++i)
      header += (i > 0 ? "," : "") + entry(std::to_string(i), "U8", "[0]", "[0,0]");
    return file(header + "}");
  };
  EXPECT_EQ(parse(many(20'000)).tensors.size(),
            20'000u);  // in no time: every name is looked at once
  expect_error(many(20'001), "names more than 20000 things");
}

TEST(SafeTensors, RefusesWrongMetadata) {
  for (const std::string metadata : {"1", "[\"a\"]", "{\"a\":1}", "{\"a\":{}}", "null"}) {
    expect_error(file("{\"__metadata__\":" + metadata + "}"), "metadata of texts");
  }
}

TEST(SafeTensors, RefusesWrongEntries) {
  for (const std::string value :
       {"1", "[]", "{}", R"({"dtype":1,"shape":[1],"data_offsets":[0,1]})",
        R"({"shape":[1],"data_offsets":[0,1]})", R"({"dtype":"U8","data_offsets":[0,1]})"}) {
    expect_error(file("{\"a\":" + value + "}", "x"),
                 "tensor \"a\": expected dtype, shape and data_offsets");
  }
  for (const std::string shape : {"1", "[-1]", "[1.0]", "[\"1\"]", "[9223372036854775808]", "{}"}) {
    expect_error(file("{" + entry("a", "U8", shape, "[0,1]") + "}", "x"),
                 "expected dtype, shape and data_offsets");
  }
  for (const std::string offsets :
       {"0", "[]", "[0]", "[0,1,1]", "[-1,0]", "[0,18446744073709551615]"}) {
    expect_error(file("{" + entry("a", "U8", "[1]", offsets) + "}", "x"),
                 "expected dtype, shape and data_offsets");
  }
  expect_error(file("{" + entry("a", "U9", "[1]", "[0,1]") + "}", "x"), "unknown dtype \"U9\"");
}

TEST(SafeTensors, RefusesSizesThatLie) {
  const auto refuses = [](const std::string& shape, const std::string& offsets,
                          std::string_view part) {
    expect_error(file("{" + entry("a", "F32", shape, offsets) + "}", "12345678"), part);
  };
  refuses("[2]", "[0,9]", "bytes 0 to 9 are not within the 8");
  refuses("[2]", "[8,0]", "bytes 8 to 0 are not within");
  refuses("[2]", "[0,9223372036854775807]", "are not within the 8");
  refuses("[1]", "[0,8]", "shape [1] of F32 does not fit 8 bytes");
  refuses("[4611686018427387904,4]", "[0,0]", "does not fit 0 bytes");
  refuses("[9223372036854775807,9223372036854775807,0]", "[0,0]", "does not fit 0 bytes");
}

TEST(SafeTensors, RefusesOverlapHolesAndRests) {
  const auto two = [](const std::string& first, const std::string& second) {
    return file("{" + entry("a", "U8", "[2]", first) + "," + entry("b", "U8", "[2]", second) + "}",
                "wxyz");
  };
  EXPECT_EQ(parse(two("[2,4]", "[0,2]")).tensors.at("a").bytes, "yz");
  expect_error(two("[0,2]", "[0,2]"), "overlap or hole between tensors at byte 2");
  expect_error(two("[0,2]", "[1,3]"), "overlap or hole between tensors at byte 2");
  const auto one = [](const std::string& offsets) {
    return file("{" + entry("a", "U8", "[1]", offsets) + "}", "xy");
  };
  expect_error(one("[1,2]"), "overlap or hole between tensors at byte 0");
  expect_error(one("[0,1]"), "end at byte 1 of the data, the file at 2");
  expect_error(file("{}", "x"), "end at byte 0");
}

TEST(SafeTensors, RefusesToWriteALie) {
  const auto refuses = [](const SafeTensors& content, std::string_view part, std::string_view who) {
    expect_data_error([&] { format_safetensors(content); }, part, who);
  };
  refuses({{{"a", {"F32", {2}, "abcd"}}}, {}}, "shape [2] of F32 does not fit 4 bytes",
          "format_safetensors");
  refuses({{{"a", {"F32", {-1}, ""}}}, {}}, "shape [-1]", "format_safetensors");
  refuses({{{"__metadata__", {"U8", {0}, ""}}}, {}}, "__metadata__", "format_safetensors");
  refuses({{{"\xff", {"U8", {0}, ""}}}, {}}, "UTF-8", "format_safetensors");
  refuses({{}, {{"k", "\xc3"}}}, "UTF-8", "format_safetensors");
  refuses({{{"a", {"f32", {1}, "abcd"}}}, {}}, "unknown dtype \"f32\"", "safetensors");
}

TEST(SafeTensors, ItemSizes) {
  EXPECT_EQ(safetensors_item_size("U8"), 1);
  EXPECT_EQ(safetensors_item_size("BF16"), 2);
  EXPECT_EQ(safetensors_item_size("F32"), 4);
  EXPECT_EQ(safetensors_item_size("I64"), 8);
  expect_data_error([] { safetensors_item_size("F4\n"); }, R"("F4\n": expected one of BOOL U8)",
                    "safetensors");
}

TEST(Safetensors, TheChecksumIsOverEverything) {
  const std::string bytes = "abcdefgh";
  const SafeTensors content{.tensors = {{"w", {"F32", {2}, bytes}}}, .metadata = {{"step", "4"}}};
  const std::string sum = checksum(content);
  const auto differs = [&](auto change) {
    SafeTensors other = content;
    change(other);
    return checksum(other) != sum;
  };
  EXPECT_FALSE(differs([](SafeTensors& c) { c.metadata["checksum"] = "0"; }));
  EXPECT_TRUE(differs([](SafeTensors& c) { c.metadata["step"] = "5"; }));
  EXPECT_TRUE(differs([](SafeTensors& c) { c.tensors["w"].bytes = "abcdefgH"; }));
  EXPECT_TRUE(differs([](SafeTensors& c) { c.tensors["w"].shape = {2, 1}; }));
  EXPECT_TRUE(differs([](SafeTensors& c) { c.tensors["w"].dtype = "I32"; }));
  EXPECT_TRUE(differs([](SafeTensors& c) {
    c.tensors["v"] = c.tensors["w"];
    c.tensors.erase("w");
  }));
}

TEST(Safetensors, AChecksumMustBeThereAndRight) {
  SafeTensors content{.tensors = {{"w", {"U8", {2}, "ab"}}}, .metadata = {{"step", "4"}}};
  expect_data_error([&] { verify_checksum(content, kWho); }, "has no 'checksum' in its header");
  content.metadata["checksum"] = checksum(content);
  EXPECT_NO_THROW(verify_checksum(content, kWho));
  content.metadata["step"] = "5";
  expect_data_error([&] { verify_checksum(content, kWho); },
                    "is damaged: its checksum is " + checksum(content));
}

TEST(Safetensors, FindsNumbersThatAreNotFinite) {
  const auto found = [](auto number, const char* dtype, std::string_view but_for = "") {
    std::string bytes(sizeof number, '\0');
    append_little(bytes, number);
    const SafeTensors content{
        .tensors = {{"first", {"U8", {1}, "\xff"}}, {"model.w", {dtype, {2}, bytes}}},
        .metadata = {}};
    return first_not_finite(content, but_for).value_or("");
  };
  const double inf = std::numeric_limits<double>::infinity(),
               largest = std::numeric_limits<double>::max();
  EXPECT_EQ(found(-std::numeric_limits<float>::infinity(), "F32"), "model.w");
  EXPECT_EQ(found(std::numeric_limits<float>::quiet_NaN(), "F32"), "model.w");
  EXPECT_EQ(found(std::numeric_limits<float>::max(), "F32"), "");
  EXPECT_EQ(found(inf, "F64"), "model.w");
  EXPECT_EQ(found(-largest, "F64"), "");
  EXPECT_EQ(found(std::nan(""), "F64", "model."), "");
  EXPECT_EQ(found(int64_t{-1}, "I64"), "");
}

}  // namespace
}  // namespace gan
