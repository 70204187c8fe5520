/// Several threads over the same data: what the thread sanitizer watches. Each result is the one of
/// a single thread.

#include <gtest/gtest.h>

#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstddef>
#include <thread>

#include "gan/core/random.h"
#include "gan/core/stop.h"
#include "gan/core/testing.h"
#include "gan/data/batches.h"
#include "gan/data/card.h"
#include "gan/data/dataset.h"
#include "gan/io/csv.h"
#include "gan/io/gzip.h"
#include "gan/io/idx.h"
#include "gan/io/npy.h"
#include "gan/io/png.h"
#include "gan/io/safetensors.h"
#include "gan/io/tfevents.h"
#include "gan/spec/config.h"

namespace gan {
namespace {

std::vector<float> draw_numbers() {
  std::vector<float> values(600);
  Stream(1, "numbers").normal(values, 2, 0);
  return values;
}

const std::vector<float>& numbers() {
  static const std::vector<float> drawn = draw_numbers();
  return drawn;
}

TEST(Threads, DrawFromOneStream) {
  const Stream stream(7, "shared");
  expect_same_at_once([&] {
    std::vector<float> values(5000);
    stream.normal(values, 5, 3);
    return values;
  });
  expect_same_at_once([&] {
    std::vector<float> values(5000);
    stream.child("below").child(4).uniform(values, 5, 3);
    return values;
  });
  expect_same_at_once([&] { return stream.permutation(1000, 2); });
  expect_same_at_once([&] { return stream.bits(9); });
}

TEST(Threads, ReadTheSameExamples) {
  const DataSet data = open_data("toy:ring8", {}, {2000, 500});
  const std::vector<int64_t> some{3, 1, 1999};
  expect_same_at_once([&] { return data.train.rows(10, 1000); });
  expect_same_at_once([&] {
    return data.train.slice(5, 100).pick(std::vector<int64_t>{7, 3}).rows(0, 2);
  });
  expect_same_at_once([&] { return data.train.pick(some).rows(0, 3); });
  expect_same_at_once([&] { return content_hash(data); });
  expect_same_at_once([&] { return data.scaling(Scale::standard).factor; });
  expect_same_at_once([&] { return binarise(data, 3).hash; });
  expect_same_at_once([&] { return data.toy->sample(200, 5); });
  expect_same_at_once([&] { return data.toy->log_density(std::vector<double>{1, 1}); });
  expect_same_at_once([] { return open_data("toy:swissroll", {}, {100, 100}).hash; });
}

TEST(Threads, HaveABatchOrderEach) {
  const Examples examples({2}, numbers());
  expect_same_at_once([&] {
    BatchOrder order(examples, {}, 7, 1);
    std::vector<float> batch(14), all;
    for (int64_t number = 0; number < 100; ++number) {
      order.read(number, batch);
      all.insert(all.end(), batch.begin(), batch.end());
    }
    return all;
  });
}

TEST(Threads, ParseTheSameBytes) {
  const std::string npy = format_npy({300, 2}, numbers()),
                    csv = format_csv({"x", "y"}, 2, numbers()), zipped = gzip(csv);
  const std::string idx = format_idx({{3, 2}, {1, 2, 3, 4, 5, 6}}), data(32, 'q');
  const std::string tensors = format_safetensors({{{"a", {"F32", {2, 4}, data}}}, {{"k", "v"}}});
  expect_same_at_once([&] { return parse_npy(npy, "x").values; });
  expect_same_at_once([&] { return parse_csv(csv, "x").array.values; });
  expect_same_at_once([&] { return parse_idx(idx, "x").values; });
  expect_same_at_once([&] { return parse_safetensors(tensors, "x").metadata; });
  expect_same_at_once([&] { return format_safetensors(parse_safetensors(tensors, "x")); });
  expect_same_at_once([&] { return gunzip(zipped, "x"); });
  expect_same_at_once([&] { return gzip(csv); });
  expect_same_at_once([&] {
    return scalar_event(1, 2, std::vector<std::pair<std::string, double>>{{"loss", 0.5}});
  });
  expect_same_at_once([] {
    return format_card(
        parse_card(format_card({"x", "0123456789abcdef", {2}, false, 0, 1, {}, {}}), "x"));
  });
  const Image image{20, 10, 3, std::vector<uint8_t>(600, 77)};
  const std::string png = encode_png(image);
  expect_same_at_once([&] { return encode_png(image); });
  expect_same_at_once([&] { return decode_png(png, "x").pixels; });
}

TEST(Threads, ReadConfigurations) {
  expect_same_at_once([] {
    Config config = parse_config("[generator]\nlayers = [{ layer = 'dense', units = 3 }]\n", "x");
    override_config(config, "data.source=somewhere");
    return format_config(config);
  });
}

/// SIGTERM may come to any thread of the process; whoever asks later must see it.
TEST(Threads, SeeTheSignalToStop) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        catch_stop_signals();
        std::thread waiting([] {
          while (stop_signal() == 0) std::this_thread::yield();
        });
        raise(SIGTERM);
        waiting.join();
        _exit(stop_signal() == SIGTERM ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

/// As some products of oneDNN do: data below the stack pointer, where the system would put the
/// frame of a handler.
[[gnu::noinline, gnu::no_sanitize_address]] bool keeps_what_lies_below() {
  constexpr ptrdiff_t kFrom = 512, kTo = 1024;  // the red zone and a call need less
  volatile char* const top = static_cast<char*>(__builtin_frame_address(0)) - kFrom;
  for (ptrdiff_t i = 1; i <= kTo - kFrom; ++i) top[-i] = 0x5a;
  while (stop_signal() == 0) {
  }
  for (ptrdiff_t i = 1; i <= kTo - kFrom; ++i)
    if (top[-i] != 0x5a) return false;
  return true;
}

TEST(Threads, KeepWhatLiesBelowTheirStackWhenASignalComes) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        catch_stop_signals();
        std::thread([] {
          std::this_thread::sleep_for(std::chrono::milliseconds(50));
          kill(getpid(), SIGTERM);
        }).detach();
        _exit(keeps_what_lies_below() ? 0 : 1);
      },
      testing::ExitedWithCode(0), "");
}

}  // namespace
}  // namespace gan
