#include "fuzz/targets.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <stdexcept>
#include <string>
#include <utility>

#include "fuzz/claims.h"
#include "fuzz/picture_targets.h"
#include "gan/core/error.h"
#include "gan/data/card.h"
#include "gan/data/readers.h"
#include "gan/header.h"
#include "gan/io/bytes.h"
#include "gan/io/cifar.h"
#include "gan/io/csv.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"
#include "gan/io/npy.h"
#include "gan/io/reader.h"
#include "gan/io/safetensors.h"
#include "gan/spec/config.h"

namespace gan::fuzz {
namespace {

bool finite(std::span<const float> values) {
  return std::ranges::all_of(values, [](float x) { return std::isfinite(x); });
}

/// What open_data makes of an array.
void check_split(const NumberArray& array) {
  const auto data = attempt([&] { return split_array(array, kWho, {}); });
  if (!data) return;
  const int64_t n = data->train.size() + data->valid.size() + data->test.size();
  require(n == array.shape[0], "each example is in one split");
  require(n * data->train.dim() == array.size(), "examples are whole");
  require(finite(data->train.rows(0, data->train.size())), "examples are finite");
  for (const std::string& note : data->notes) check_message(note);
  require(data->low <= data->high, "the range is one");
}

void idx(std::string_view bytes) {
  const auto plain = attempt([&] { return gunzip(std::string(bytes), kWho); });
  if (plain && *plain != bytes)
    require(gunzip(gzip(*plain), kWho) == *plain, "gzip keeps the bytes");
  const auto array = attempt([&] { return parse_idx(bytes, kWho); });
  if (!array) return;
  require(plain.has_value(), "what was read to its end is sound");
  require(product(array->shape) == array->size(), "shape and size agree");
  if (const auto* data = std::get_if<std::vector<uint8_t>>(&array->values)) {
    require(format_idx({array->shape, *data}) == *plain, "what was read is written the same");
  }
  check_split(*array);
}

void cifar(std::string_view bytes) {
  const auto batch = attempt([&] { return parse_cifar(bytes, kWho); });
  if (!batch) return;
  require(static_cast<int64_t>(batch->pixels.size()) ==
              static_cast<int64_t>(batch->labels.size()) * product(kCifarImage),
          "images are whole");
  require(format_cifar(*batch) == bytes, "what was read is written the same");
}

void npy(std::string_view bytes) {
  const auto array = attempt([&] {
    ByteReader in(bytes, kWho);
    return read_npy(in);
  });
  if (!array) return;
  require(product(array->shape) == array->size(), "shape and size agree");
  const std::string written = format_npy(array->shape, as_floats(array->values));
  const Array again = parse_npy(written, kWho);
  require(again.shape == array->shape, "the shape survives");
  require(format_npy(again.shape, again.values) == written, "the values survive");
  check_split(*array);
}

void csv(std::string_view bytes) {
  attempt([&] { return parse_csv(bytes, kWho, Separator::tab); });
  const auto table = attempt([&] { return parse_csv(bytes, kWho); });
  if (!table) return;
  for (const std::string& note : table->notes) check_message(note);
  const NumberArray& array = table->array;
  require(array.shape.size() == 2 && array.shape[0] > 0, "a table has rows and columns");
  require(product(array.shape) == array.size(), "shape and size agree");
  const std::vector<float> values = as_floats(array.values);
  require(finite(values), "numbers are finite");
  const std::string written = format_csv(table->columns, array.shape[1], values);
  const Csv again = parse_csv(written, kWho);
  require(again.columns == table->columns, "the names survive");
  require(again.array.shape == array.shape && as_floats(again.array.values) == values,
          "the numbers survive");
  check_split(array);
}

void safetensors(std::string_view bytes) {
  const auto content = attempt([&] { return parse_safetensors(bytes, kWho); });
  if (!content) return;
  size_t total = 0;
  for (const auto& [name, tensor] : content->tensors) {
    const auto size = static_cast<int64_t>(tensor.bytes.size());
    require(product(tensor.shape) * safetensors_item_size(tensor.dtype) == size,
            "shape and size agree");
    require(size == 0 || (tensor.bytes.data() > bytes.data() && tensor.bytes.end() <= bytes.end()),
            "a tensor lies within the file");
    total += tensor.bytes.size();
  }
  require(sizeof(uint64_t) + load_little<uint64_t>(bytes) + total == bytes.size(),
          "every byte belongs to something");
  const std::string written = format_safetensors(*content);
  const SafeTensors again = parse_safetensors(written, kWho);
  require(again.metadata == content->metadata, "the metadata survive");
  const auto same = [](const auto& a, const auto& b) {
    return a.first == b.first && a.second.dtype == b.second.dtype &&
           a.second.shape == b.second.shape && a.second.bytes == b.second.bytes;
  };
  require(std::ranges::equal(again.tensors, content->tensors, same), "the tensors survive");
  require(format_safetensors(again) == written, "the same content gives the same bytes");
}

/// Up to the next zero byte, which goes too.
std::string take_part(std::string_view& bytes) {
  const std::string_view part = bytes.substr(0, bytes.find('\0'));
  bytes.remove_prefix(std::min(part.size() + 1, bytes.size()));
  return std::string(part);
}

/// False for what came lately, so that what costs most is not done again for mutants that differ in
/// a comment. Allocates nothing: libFuzzer would take it for a leak.
bool is_new(const std::string& text) {
  static std::array<size_t, 1 << 16> lately;
  const size_t hash = std::hash<std::string>{}(text);
  return std::exchange(lately[hash % lately.size()], hash) != hash;
}

/// Whatever was accepted can be written to config.toml and read again, and `gan info` can describe
/// it.
void check_config(const Config& config) {
  const std::string written = format_config(config);
  if (!is_new(written)) return;
  const Config again = parse_config(written, kWho);
  require(format_config(again) == written, "what was written is read the same");
  require(flatten(again) == flatten(config), "every setting survives");
  Shape input{config.generator.noise_size};
  for (const NetworkSpec* network : {&config.generator.layers, &config.discriminator.layers}) {
    try {
      const std::vector<LayerShape> fitted = shapes(*network, input, kWho);
      for (size_t i = 0; i < network->size(); ++i) {
        require(parameter_count(network->at(i), fitted[i]) >= 0, "parameters can be counted");
        require(!describe(network->at(i)).empty(), "a layer can be described");
      }
      input = fitted.back().out;
    } catch (const UsageError& error) {  // layers that do not fit each other
      check_message(error.what());
    }
  }
}

/// A recipe; after a zero byte each, what --set is given.
void recipe(std::string_view bytes) {
  auto config = attempt([&] { return parse_config(take_part(bytes), kWho); });
  if (!config) return;
  while (!bytes.empty()) {
    try {
      override_config(*config, take_part(bytes));
      format_config(*config);
    } catch (const UsageError& error) {
      check_message(error.what());
      return;
    }
  }
  check_config(*config);
}

/// What a checkpoint's header says, as load() takes it: the configuration, a zero byte, the data's
/// card.
void run(std::string_view bytes) {
  const std::string config_text = take_part(bytes);
  const auto card = attempt([&] { return parse_card(bytes, kWho); });
  if (!card) return;
  const std::string card_text = format_card(*card);
  require(format_card(parse_card(card_text, kWho)) == card_text, "the card survives");
  const int64_t dim = product(card->shape);
  require(dim > 0, "an example has values");
  if (dim < 1000) {
    const std::vector<float> row(static_cast<size_t>(dim), 0.5F);
    card->encoding.decode(card->encoding.encode(row));
  }
  const auto config = attempt([&] { return parse_config(config_text, kWho); });
  if (!config) return;
  check_config(*config);
  const SafeTensors content{{}, {{"config", format_config(*config)}, {"data", card_text}}};
  const std::string file = format_safetensors(content);
  require(parse_safetensors(file, kWho).metadata == content.metadata, "the header survives");
}

/// What read_header promises of whatever it accepts.
void check_header(const Header& header) {
  const int64_t dim = product(header.card.shape);
  require(dim > 0 && header.step >= 0, "there are numbers and steps");
  require(header.card.columns.empty() || static_cast<int64_t>(header.card.columns.size()) == dim,
          "each column has a name");
  require(header.card.low <= header.card.high, "the range is one");
  if (!has_section(header.config, "generator")) return;
  const auto outputs =
      shapes(header.config.generator.layers, {header.config.generator.noise_size}, kWho).back().out;
  require(product(outputs) == dim, "G makes examples");
}

/// A whole checkpoint with a right checksum, of what follows: settings, the data's card, the step,
/// each up to a zero byte; then the bytes of its one tensor.
void checkpoint(std::string_view bytes) {
  SafeTensors content;
  content.metadata["format"] = "2";
  for (const char* key : {"config", "data", "step"}) content.metadata[key] = take_part(bytes);
  const auto weights = static_cast<int64_t>(bytes.size() / sizeof(float));
  content.tensors["model.w"] = {
      "F32", {weights}, bytes.substr(0, static_cast<size_t>(weights) * sizeof(float))};
  content.metadata["checksum"] = checksum(content);
  std::string file;
  try {
    file = format_safetensors(content);
  } catch (const DataError&) {  // no text in UTF-8
    return;
  }
  const SafeTensors again = parse_safetensors(file, kWho);
  verify_checksum(again, kWho);
  const auto header = attempt([&] { return read_header(again, kWho); });
  if (header) check_header(*header);
}

constexpr Target kTargets[] = {{"idx", idx},
                               {"cifar", cifar},
                               {"npy", npy},
                               {"csv", csv},
                               {"safetensors", safetensors},
                               {"recipe", recipe},
                               {"run", run},
                               {"checkpoint", checkpoint},
                               {"picture", picture},
                               {"zip", zip},
                               {"labels", labels}};

}  // namespace

std::span<const Target> targets() {
  return kTargets;
}

const Target& target(std::string_view name) {
  const auto found = std::ranges::find(kTargets, name, &Target::name);
  if (found == std::end(kTargets)) throw std::invalid_argument("no target " + std::string(name));
  return *found;
}

}  // namespace gan::fuzz
