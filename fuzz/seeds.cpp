#include "fuzz/seeds.h"

#include <filesystem>

#include "fuzz/picture_seeds.h"
#include "gan/core/files.h"
#include "gan/data/card.h"
#include "gan/io/bytes.h"
#include "gan/io/cifar.h"
#include "gan/io/csv.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"
#include "gan/io/npy.h"
#include "gan/io/safetensors.h"
#include "gan/spec/config.h"

namespace gan::fuzz {
namespace {

using namespace std::string_literals;

std::string repeated(int64_t count, std::string_view text) {
  std::string out;
  for (int64_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string npy_file(const std::string& descr, const std::string& shape, const std::string& data,
                     int version = 1) {
  const std::string text =
      "{'descr': '" + descr + "', 'fortran_order': False, 'shape': " + shape + ", }\n";
  std::string out = "\x93NUMPY"s + static_cast<char>(version) + '\0';
  if (version == 1)
    append_little(out, static_cast<uint16_t>(text.size()));
  else
    append_little(out, static_cast<uint32_t>(text.size()));
  return out + text + data;
}

std::string tensors_file(const std::string& header, const std::string& data = "") {
  std::string out;
  append_little<uint64_t>(out, header.size());
  return out + header + data;
}

std::string recipe_with(const std::string& layers) {
  return "[generator]\nlayers = [" + layers + "]\n";
}

/// What the target of checkpoints makes one of.
std::string checkpoint_parts(const std::string& config, const std::string& card,
                             const std::string& step, int64_t weights) {
  return config + '\0' + card + '\0' + step + '\0' +
         std::string(static_cast<size_t>(weights) * sizeof(float), '\0');
}

const std::vector<float> kNumbers = {0, 1, -1, 0.5F, 1e-40F, 3e38F, 1e30F, -0.0F, 2,  3,
                                     4, 5, 6,  7,    8,      9,     10,    11,    12, 13};

const DataCard kTable{"mine.csv",          "0123456789abcdef",        {2}, false, -1, 3,
                      {"width", "height"}, Scaling{{0.5F, 0}, {2, 4}}};

void valid_idx(Seeds seeds) {
  const std::vector<uint8_t> pixels(2 * 3 * 4, 7);
  const std::string images = format_idx({{2, 3, 4}, pixels}),
                    labels = format_idx({{5}, {0, 1, 2, 3, 4}});
  seeds.add("images", images);
  seeds.add("labels", labels);
  seeds.add("empty", format_idx({{0, 3, 4}, {}}));
  seeds.add("images-gz", gzip(images));
  for (const char type : {'\x09', '\x0b', '\x0c', '\x0d', '\x0e'}) {
    const int64_t sizes[] = {1, 0, 2, 4, 4, 8};
    seeds.add("type-" + std::to_string(type),
              "\0\0"s + type + "\1\0\0\0\x0a"s + std::string(10 * sizes[type - 9], '\x3f'));
  }
  seeds.add("two-members-gz", gzip(labels.substr(0, 6)) + gzip(labels.substr(6)));
}

void valid_cifar(Seeds seeds) {
  seeds.add("one-record", format_cifar({{9}, std::vector<uint8_t>(3072, 7)}));
  seeds.add("two-records", format_cifar({{0, 1}, std::vector<uint8_t>(2 * 3072, 255)}));
}

void valid_npy(Seeds seeds) {
  for (const Shape& shape :
       {Shape{20}, Shape{10, 2}, Shape{10, 1, 2}, Shape{10, 1, 1, 2}, Shape{5, 2, 2, 1, 1}}) {
    seeds.add("rank-" + std::to_string(shape.size()), format_npy(shape, kNumbers));
  }
  for (const char* descr : {"|b1", "|u1", "<u1", "|i1", "<u2", "<i2", "<u4", "<i4", "<u8", "<i8",
                            "<f2", "<f4", "<f8", ">u2", ">i8", ">f2", ">f8"}) {
    seeds.add(descr, npy_file(descr, "(10, 1)", std::string(10 * (descr[2] - '0'), '\x01')));
  }
  for (const int version : {1, 2, 3}) {
    seeds.add("version-" + std::to_string(version), npy_file("<f4", "(0, 3L)", "", version));
  }

  std::string fortran = npy_file("<f4", "(10, 2)", std::string(80, '\x3f'));
  fortran.replace(fortran.find("False"), 5, "True,");
  seeds.add("fortran", fortran.replace(fortran.find(",,"), 2, ", "));
  seeds.add("channels-last", npy_file("|u1", "(10, 2, 1, 4)", std::string(80, '\x07')));
  seeds.add("large-whole-numbers",
            npy_file("<i8", "(10, 1)",
                     repeated(9, "\0\xf1\x53\x65\0\0\0\0"s) + "\1\xf1\x53\x65\0\0\0\0"s));
  seeds.add("gz", gzip(format_npy({20}, kNumbers)));
}

void valid_csv(Seeds seeds) {
  seeds.add("numbers", format_csv({}, 2, kNumbers));
  seeds.add("names", format_csv({"width", "height"}, 2, kNumbers));
  seeds.add("byte-order-mark",
            "\xef\xbb\xbf"
            "a, b\r\n 1 ,+2\r\n-3.5e-3\t,1e-46\r\n\r\n");
  seeds.add("quoted", "\"a, b\",\"say \"\"c\"\"\"\r\n\"1\",2\r\n\"3\n\",4");
  seeds.add("semicolons", "a;b\r1;2\r\r3;4\r");
  seeds.add("tabs", "a\tb\n1\t2\n\n3\t4\n");
  seeds.add("large-whole-numbers",
            "id\n" + repeated(9, "1700000000\n") + "1700000001\n12345678901234567\n");
  seeds.add("gz", gzip("1,2\n3,4\n"));
  seeds.add("one-column", format_csv({"x"}, 1, kNumbers));
}

void valid_safetensors(Seeds seeds) {
  const std::string data(64, 'q');
  const std::string_view all = data;
  seeds.add("several",
            format_safetensors({{{"scalar", {"F64", {}, all.substr(0, 8)}},
                                 {"none", {"I64", {3, 0}, ""}},
                                 {"weights", {"F32", {2, 4}, all.substr(0, 32)}},
                                 {"z\"\xc3\xa9\n", {"BF16", {2, 2, 1}, all.substr(0, 8)}}},
                                {{"step", "12"}, {"spec", "{\"x\": 1}"}}}));
  seeds.add("one", format_safetensors({{{"a", {"U8", {2}, "xy"}}}, {}}));
  seeds.add("nothing", format_safetensors({}));
}

void valid_recipe(Seeds seeds) {
  for (const auto& entry :
       std::filesystem::directory_iterator(std::string(GAN_SOURCE) + "/recipes")) {
    if (entry.path().extension() != ".toml") continue;
    const std::string name = entry.path().stem(), text = read_file(entry.path());
    seeds.add(name, text);
    seeds.add(name + "-written", format_config(parse_config(text, name)));
  }
  seeds.add("every-layer", recipe_with(R"(
    { layer = "dropout", keep = 0.8 }, { layer = "batch-norm", momentum = 0.2 },
    { layer = "maxout", units = 3, pieces = 5, init = { sparse = 2 }, max_norm = 1.9365 },
    { layer = "dense", units = 4, activation = "leaky-relu", slope = 0.1, init = "glorot" },
    { layer = "dense", units = 1, bias = "marginals", init = { uniform = 0.05 } })"));
  seeds.add("every-convolution", recipe_with(R"(
    { layer = "transposed-convolution", channels = 3, kernel = 5, stride = 3, input = [4, 5, 5], tied = false },
    { layer = "convolution", channels = 2, kernel = 3, stride = 2, pad = 1, activation = "leaky-relu", max_norm = 1 },
    { layer = "maxout-convolution", channels = 2, pieces = 2, kernel = 3, pool = 3, pool_stride = 2 })"));
  seeds.add("momentum",
            "[optimizer]\nmethod = 'momentum'\nfinal_momentum = 0.7\nschedule = 'exponential'\n");
  seeds.add("schedules",
            "[optimizer]\nschedule = 'cosine'\nschedule_steps = 9\nfinal_beta2 = 0.99\n"
            "[game]\nfinal_r1 = 'none'\nfinal_r2 = 0\naveraging_images = 5e5\n");
  seeds.add(
      "notations",
      "about = \"\"\"\nquotes \\\" and \\u00e9\"\"\"\nrun.seed = 0x1F\ntraining = { steps = 1_000 }\n");
  seeds.add(
      "overrides",
      "[run]\nseed = 7\n\0run.model=bernoulli-mixture\0mixture.components=3\0data.source=a b\0"s);
  seeds.add("layers-both-ways", "[run]\nmodel = 'stacked-cae'\n[cae]\nhidden = [7, 5]\n");
}

void valid_run(Seeds seeds) {
  const std::string mixture = "[run]\nmodel = 'bernoulli-mixture'\n\0"s,
                    network = recipe_with("{ layer = 'dense', units = 4 }") + '\0';
  const DataCard digits{"mnist", "fedcba9876543210", {28, 28}, true, 0, 255, {}, {}};
  seeds.add("table", network + format_card(kTable));
  seeds.add("far-from-zero",
            network + format_card({"mine.csv", "", {2}, false, 0, 1, {}, {}, false, {1.7e9, 0}}));
  seeds.add("channels-last",
            mixture + format_card({"photos.npy", "", {4, 2, 2}, true, 0, 255, {}, {}, true}));
  seeds.add("digits", mixture + format_card(digits));
}

void valid_checkpoint(Seeds seeds) {
  seeds.add("net",
            checkpoint_parts(
                recipe_with("{ layer = 'dense', units = 2 }") +
                    "noise_size = 1\n[discriminator]\nlayers = [{ layer = 'dense', units = 1 }]\n",
                format_card(kTable), "12", 4));
  seeds.add("rbm", checkpoint_parts("[run]\nmodel = 'rbm'\n[rbm]\nhidden = 1\n",
                                    format_card(kTable), "0", 7));
}

void hostile_idx(Seeds seeds) {
  const std::string most = "\xff\xff\xff\xff", gib = "\x40\0\0\0"s;

  seeds.add("claims-a-gibibyte", "\0\0\x08\x01"s + gib + "abc");
  seeds.add("overflow", "\0\0\x08\x03"s + most + most + most);
  seeds.add("overflow-times-zero", "\0\0\x08\x04\0\0\0\0"s + most + most + most);
  seeds.add("rank-255", "\0\0\x08\xff"s + repeated(255, "\0\0\0\1"s) + "a");
  seeds.add("gzip-magic-only", "\x1f\x8b");
  seeds.add("gzip-goes-on", gzip("\0\0\x08\x01\0\0\0\3"s + std::string(1 << 20, '\0')));
  seeds.add("gzip-claims-4-gib", gzip("\0\0\x08\x01"s + most));
  seeds.add("gzip-of-zeros", gzip(std::string(1 << 16, '\0')));
}

void hostile_npy(Seeds seeds) {
  seeds.add("claims-a-gibibyte", npy_file("|u1", "(1073741824,)", "abc"));
  seeds.add("overflow", npy_file("<f8", "(4294967296, 4294967296)", ""));
  seeds.add("overflow-times-zero",
            npy_file("<f8", "(9223372036854775807, 9223372036854775807, 0)", ""));
  seeds.add("too-long-a-number", npy_file("<f4", "(99999999999999999999,)", ""));
  seeds.add("header-claims-4-gib", "\x93NUMPY\x02\0\xff\xff\xff\xff{'descr'"s);
  seeds.add("rank-1000", npy_file("|u1", "(" + repeated(1000, "1,") + ")", "a"));
  seeds.add("not-finite", npy_file("<f8", "(10,)", repeated(10, "\0\0\0\0\0\0\xf0\x7f"s)));
}

void hostile_csv(Seeds seeds) {
  seeds.add("commas", std::string(4000, ','));
  seeds.add("quotes", std::string(4001, '"'));
  seeds.add("quote-never-closed", "1,2\n3,\"" + std::string(4000, '\n'));
  seeds.add("lines", std::string(4000, '\n'));
  seeds.add("long-number", std::string(4000, '9'));
  seeds.add("long-fraction", "0." + std::string(4000, '0') + "1");
  seeds.add("two-byte-order-marks",
            "\xef\xbb\xbf\xef\xbb\xbf"
            "a\n1\n");
}

void hostile_safetensors(Seeds seeds) {
  seeds.add("header-claims-all", std::string(8, '\xff'));
  seeds.add("header-claims-100-mb", "\x00\xe1\xf5\x05\0\0\0\0{}"s);
  seeds.add("deep",
            tensors_file("{\"a\":" + std::string(2000, '[') + std::string(2000, ']') + "}"));
  seeds.add(
      "overflow",
      tensors_file(
          R"({"a":{"dtype":"F32","shape":[9223372036854775807,9223372036854775807,0],"data_offsets":[0,0]}})"));
  seeds.add("overlap", tensors_file(R"({"a":{"dtype":"U8","shape":[2],"data_offsets":[0,2]},)"
                                    R"("b":{"dtype":"U8","shape":[2],"data_offsets":[1,3]}})",
                                    "abc"));
}

void hostile_recipe(Seeds seeds) {
  seeds.add("deep-override", "\0run.seed={a"s + repeated(60'000, ".a") + "=1}");
  seeds.add("deep-quoted-key", repeated(60'000, "\"=\".") + "a = 1");
  seeds.add("deep-array", "x = " + std::string(2000, '['));
  seeds.add("deep-table", "x = " + repeated(600, "{x="));
  seeds.add("deep-key", repeated(500, "a.") + "a = 1");
  seeds.add("deeper-key", repeated(200'000, "a.") + "a = 1");
  seeds.add("deeper-header", "[" + repeated(200'000, "a.") + "a]");
  seeds.add("long-string", "about = \"" + std::string(3000, 'x') + "\"");
  seeds.add(
      "huge-layers",
      recipe_with(repeated(
          3,
          "{ layer = \"maxout\", units = 9223372036854775807, pieces = 9223372036854775807 },")));
  seeds.add(
      "huge-image",
      recipe_with(
          "{ layer = \"convolution\", channels = 16777216, kernel = 128, pad = 127, input = [16777216, 16777216, 16777216] }"));
  seeds.add(
      "growing-images",
      recipe_with(repeated(
          9,
          "{ layer = \"transposed-convolution\", channels = 1, kernel = 128, stride = 128, input = [100, 1, 1] },")));
  seeds.add("tiny-keep", recipe_with("{ layer = \"dropout\", keep = 1e-310 }"));
  seeds.add("line-in-a-key", "\"a\\nb\" = 1\n");
  seeds.add("not-utf8", "\0data.source=\xff"s);
}

void hostile_run(Seeds seeds) {
  const auto card = [](const std::string& shape, const std::string& scaling) {
    return "\0{\"name\":\"x\",\"hash\":\"\",\"image\":false,\"low\":0,\"high\":1,\"columns\":[],\"shape\":"s +
           shape + "," + scaling + "}";
  };
  seeds.add("deep-card", "\0{\"shape\":"s + std::string(100'000, '['));
  seeds.add("overflow", card("[4294967296,4294967296]", R"("offset":[0],"factor":[1])"));
  seeds.add("negative", card("[-1]", R"("offset":[0],"factor":[1])"));
  seeds.add("no-scaling", card("[2]", R"("offset":[],"factor":[])"));
  seeds.add("long-scaling", card("[2]", R"("offset":[0,0,0],"factor":[1,1,1])"));
  seeds.add("huge-numbers", card("[1e300]", R"("offset":[1e300],"factor":[1e-300])"));
}

void hostile_checkpoint(Seeds seeds) {
  seeds.add("deep-settings", checkpoint_parts("x = " + std::string(100'000, '['), "{}", "1", 1));
  seeds.add("no-settings", checkpoint_parts("", "{}", "-5", 1));
}

}  // namespace

std::vector<Seed> valid_seeds() {
  std::vector<Seed> out;
  valid_idx({out, "idx"});
  valid_cifar({out, "cifar"});
  valid_npy({out, "npy"});
  valid_csv({out, "csv"});
  valid_safetensors({out, "safetensors"});
  valid_recipe({out, "recipe"});
  valid_run({out, "run"});
  valid_checkpoint({out, "checkpoint"});
  valid_pictures({out, "picture"});
  valid_zip({out, "zip"});
  valid_labels({out, "labels"});
  return out;
}

std::vector<Seed> near_misses() {
  std::vector<Seed> out;
  for (const auto& [target, name, bytes] : valid_seeds()) {
    if (bytes.empty() || bytes.size() > 1000) continue;
    out.push_back({target, name + "-cut", bytes.substr(0, bytes.size() / 2)});
    std::string damaged = bytes;
    damaged[bytes.size() / 3] ^= 0x10;
    out.push_back({target, name + "-damaged", damaged});
  }
  return out;
}

std::vector<Seed> hostile_inputs() {
  std::vector<Seed> out;
  hostile_idx({out, "idx"});
  hostile_npy({out, "npy"});
  hostile_csv({out, "csv"});
  hostile_safetensors({out, "safetensors"});
  hostile_recipe({out, "recipe"});
  hostile_run({out, "run"});
  hostile_checkpoint({out, "checkpoint"});
  hostile_pictures({out, "picture"});
  hostile_zip({out, "zip"});
  hostile_labels({out, "labels"});
  return out;
}

}  // namespace gan::fuzz
