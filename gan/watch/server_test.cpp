#include "gan/watch/server.h"

#include <gtest/gtest.h>
#include <httplib.h>
#include <sys/stat.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "gan/core/error.h"
#include "gan/watch/testing.h"
#include "gan/watch/watched.h"

namespace gan {
namespace {

namespace fs = std::filesystem;
using Json = nlohmann::json;

class Watch : public testing::Test {
 protected:
  Watch() {
    std::string pattern = fs::temp_directory_path() / "gan_watch_XXXXXX";
    folder_ = mkdtemp(pattern.data());
    add_run("one", 1);
    server_ = std::make_unique<WatchServer>(folder_, 0);
    const std::string& address = server_->address();
    port_ = std::stoi(address.substr(address.find(':', 7) + 1));
    token_ = address.substr(address.find('=') + 1);
    thread_ = std::thread([this] { server_->serve([this] { return stop_.load(); }); });
  }
  ~Watch() override {
    stop_ = true;
    thread_.join();
    fs::remove_all(folder_);
  }

  void add_run(const std::string& name, int64_t step) {
    fs::create_directories(folder_ / name / "samples");
    std::ofstream(folder_ / name / "config.toml") << "format = 1\n";
    std::ofstream(folder_ / name / "metrics.jsonl") << "{\"step\":" << step << ",\"d_loss\":1}\n";
    std::ofstream(folder_ / name / "samples" / "step-0000001.png") << "picture of " << name;
  }

  /// path without a token, which is added
  httplib::Result get(const std::string& path, const httplib::Headers& headers = {}) {
    httplib::Client client("127.0.0.1", port_);
    const std::string with = path + (path.find('?') == path.npos ? "?" : "&") + "token=" + token_;
    return client.Get(with, headers);
  }
  int status(const std::string& path, const httplib::Headers& headers = {}) {
    const auto answer = get(path, headers);
    return answer ? answer->status : 0;
  }

  Path folder_;
  std::unique_ptr<WatchServer> server_;
  int port_ = 0;
  std::string token_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
};

TEST_F(Watch, NothingIsServedWithoutTheToken) {
  httplib::Client client("127.0.0.1", port_);
  for (const char* path :
       {"/", "/runs", "/run?id=one", "/picture?id=one&name=step-0000001.png", "/watch.js",
        "/words.js", "/curves.js", "/chart.js", "/game.js", "/log?id=one", "/game?id=one&step=1",
        "/page?id=one&name=scores.html", "/events", "/nothing"}) {
    EXPECT_EQ(client.Get(path)->status, 403) << path;
    const std::string wrong = std::string(path) + (strchr(path, '?') ? "&" : "?") + "token=";
    EXPECT_EQ(client.Get(wrong)->status, 403) << path;
    EXPECT_EQ(client.Get(wrong + token_.substr(1))->status, 403) << path;
    EXPECT_EQ(client.Get(wrong + token_ + "0")->status, 403) << path;
  }
  EXPECT_EQ(token_.size(), 32u);
}

TEST_F(Watch, PagesOfOtherHostsSeeNothing) {
  const std::string here = "127.0.0.1:" + std::to_string(port_);
  EXPECT_EQ(status("/runs"), 200);
  EXPECT_EQ(status("/runs", {{"Host", "evil.example"}}), 403);
  EXPECT_EQ(status("/runs", {{"Host", "localhost:" + std::to_string(port_)}}), 200);
  EXPECT_EQ(status("/runs", {{"Origin", "http://evil.example"}}), 403);
  EXPECT_EQ(status("/runs", {{"Origin", "null"}}), 403);
  EXPECT_EQ(status("/runs", {{"Origin", "http://" + here}}), 200);
  httplib::Client client("127.0.0.1", port_);
  EXPECT_EQ(client.Post("/runs?token=" + token_)->status, 405);
}

TEST_F(Watch, RunsAndTheirPictures) {
  Json runs = Json::parse(get("/runs")->body)["runs"];
  ASSERT_EQ(runs.size(), 1u);
  EXPECT_EQ(runs[0]["id"], "one");
  EXPECT_EQ(runs[0]["step"], 1);
  const Json run = Json::parse(get("/run?id=one")->body);
  EXPECT_EQ(run["curves"]["d_loss"], Json::parse("[[1,1.0]]"));
  EXPECT_EQ(run["samples"], Json::parse("[\"step-0000001.png\"]"));
  EXPECT_EQ(get("/picture?id=one&name=step-0000001.png")->body, "picture of one");
  add_run("two", 7);
  runs = Json::parse(get("/runs")->body)["runs"];
  EXPECT_EQ(runs.size(), 2u);
  fs::remove_all(folder_ / "one");
  EXPECT_EQ(status("/run?id=one"), 404);
  EXPECT_EQ(Json::parse(get("/runs")->body)["runs"].size(), 1u);
}

TEST_F(Watch, NothingOutsideOfRunsIsServed) {
  std::ofstream(folder_ / "secret.png") << "secret";
  std::ofstream(folder_ / "one" / "secret.png") << "secret";
  fs::create_symlink(folder_ / "secret.png", folder_ / "one" / "samples" / "step-0000002.png");
  for (const char* path :
       {"/run?id=..", "/run?id=.", "/run?id=", "/run?id=one%2F..", "/run?id=none",
        "/picture?id=one&name=secret.png", "/picture?id=one&name=..%2F..%2Fsecret.png",
        "/picture?id=one&name=step-0000002.png", "/picture?id=one&name=config.toml",
        "/picture?id=..&name=step-0000001.png", "/log?id=..", "/game?id=..&step=1", "/secret.png",
        "/../secret.png"})
    EXPECT_EQ(status(path), 404) << path;
  std::ofstream(folder_ / "config.toml") << "format = 1\n";
  fs::create_directory(folder_ / "runs");
  EXPECT_FALSE(WatchedRuns(folder_ / "runs").run(".."));
}

TEST_F(Watch, PagesOfARunMayDoNothing) {
  std::ofstream(folder_ / "one" / "scores.html") << "<script>alert(1)</script>";
  EXPECT_EQ(Json::parse(get("/run?id=one")->body)["pages"], Json::parse("[\"scores.html\"]"));
  EXPECT_EQ(status("/page?id=one&name=scores.html"),
            403);  // the token of everything is not given away
  const std::string main = get("/")->body, mark = "data-page-token=\"";
  const std::string token = main.substr(main.find(mark) + mark.size(), 32);
  httplib::Client client("127.0.0.1", port_);
  EXPECT_EQ(client.Get("/runs?token=" + token)->status, 403);
  const auto page = client.Get("/page?id=one&name=scores.html&token=" + token);
  ASSERT_EQ(page->status, 200);
  EXPECT_EQ(client.Get("/page?id=one&name=secret.png&token=" + token)->status, 404);
  fs::create_symlink(folder_ / "one" / "scores.html", folder_ / "one" / "doctor.html");
  EXPECT_EQ(client.Get("/page?id=one&name=doctor.html&token=" + token)->status, 404);
  EXPECT_EQ(page->body, "<script>alert(1)</script>");
  EXPECT_EQ(page->get_header_value_count("Content-Security-Policy"), 1u);
  EXPECT_TRUE(
      page->get_header_value("Content-Security-Policy").starts_with("sandbox; default-src 'none'"));
}

TEST_F(Watch, PicturesPagesAndCheckpointsAreSeenToChange) {
  const auto nearest = [&] { return Json::parse(get("/run?id=one")->body)["nearest"]; };
  WatchedRuns runs(folder_);
  EXPECT_EQ(nearest(), "");
  fs::create_directory(folder_ / "one" / "checkpoints");
  std::string before = runs.state();
  for (const char* file : {"nearest.png", "scores.html", "doctor.html", "checkpoints/last"}) {
    std::ofstream(folder_ / "one" / file) << "new";
    EXPECT_NE(runs.state(), before) << file;
    before = runs.state();
  }
  EXPECT_NE(nearest(), "");
  EXPECT_EQ(get("/picture?id=one&name=nearest.png")->body, "new");
}

TEST_F(Watch, TheLogIsTheNewestWholeLines) {
  std::ofstream metrics(folder_ / "one" / "metrics.jsonl");
  for (int i = 1; i <= 5000; ++i)
    metrics << "{\"step\":" << i << ",\"about\":\"" << std::string(100, 'x') << "\"}\n";
  metrics << "{\"step\":5001" << std::flush;
  const Json lines = Json::parse(get("/log?id=one")->body)["lines"];
  ASSERT_EQ(lines.size(), WatchedRuns::kMostLines);
  EXPECT_EQ(Json::parse(lines.back().get<std::string>())["step"], 5000);
  EXPECT_EQ(Json::parse(lines.front().get<std::string>())["step"], 4801);
  fs::remove(folder_ / "one" / "metrics.jsonl");
  EXPECT_EQ(get("/log?id=one")->body, "{\"lines\":[]}");
}

TEST_F(Watch, TheGameOfAKeptCheckpoint) {
  fs::create_directory(folder_ / "one" / "checkpoints");
  std::ofstream(folder_ / "one" / "checkpoints" / "step-0000007.safetensors")
      << LinearGame().checkpoint();
  std::ofstream(folder_ / "one" / "checkpoints" / "step-0000008.safetensors") << "damaged";
  EXPECT_EQ(Json::parse(get("/run?id=one")->body)["checkpoints"], Json::parse("[7,8]"));
  EXPECT_EQ(Json::parse(get("/game?id=one&step=7")->body)["toy"], "gaussian1d");
  EXPECT_EQ(status("/game?id=one&step=9"), 404);
  EXPECT_EQ(status("/game?id=one&step=8"), 422);
  std::ofstream(folder_ / "one" / "secret.safetensors") << LinearGame().checkpoint();
  fs::create_symlink(folder_ / "one" / "secret.safetensors",
                     folder_ / "one" / "checkpoints" / "step-0000010.safetensors");
  for (const char* step : {"10", "-7", "7.0", "..%2Fsecret", ""})
    EXPECT_EQ(status(std::string("/game?id=one&step=") + step), 404) << step;
  LinearGame other;
  other.toy = "pictures";
  std::ofstream(folder_ / "one" / "checkpoints" / "step-0000009.safetensors") << other.checkpoint();
  const auto refused = get("/game?id=one&step=9");
  EXPECT_EQ(refused->status, 422);
  EXPECT_NE(refused->body.find("no such toy"), std::string::npos) << refused->body;
}

TEST_F(Watch, WhatCannotBeLookedAtIsNoRun) {
  fs::create_symlink("loop", folder_ / "loop");
  fs::create_directories(folder_ / "pipe" / "samples");
  std::ofstream(folder_ / "pipe" / "config.toml") << "format = 1\n";
  ASSERT_EQ(mkfifo((folder_ / "pipe" / "metrics.jsonl").c_str(), 0600), 0);
  fs::create_directories(folder_ / "\xff" / "samples");
  std::ofstream(folder_ / "\xff" / "config.toml") << "format = 1\n";
  const Json runs = Json::parse(get("/runs")->body)["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(Json::parse(get("/run?id=pipe")->body)["curves"], Json::object());
}

TEST_F(Watch, SamplesAreInTheOrderOfTheirSteps) {
  for (const char* name : {"step-10000000.png", "step-9000000.png", "step-.png", "step-1x.png"})
    std::ofstream(folder_ / "one" / "samples" / name) << "x";
  EXPECT_EQ(Json::parse(get("/run?id=one")->body)["samples"],
            Json::parse("[\"step-0000001.png\",\"step-9000000.png\",\"step-10000000.png\"]"));
}

TEST_F(Watch, AnOpenConnectionDoesNotKeepItFromEnding) {
  httplib::Client client("127.0.0.1", port_);
  client.set_keep_alive(true);
  EXPECT_EQ(client.Get("/runs?token=" + token_)->status, 200);
  const auto begin = std::chrono::steady_clock::now();
  stop_ = true;
  thread_.join();
  EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(3));
  thread_ = std::thread([] {});
}

TEST(WatchedRuns, OneRunHasItsNameHoweverItIsGiven) {
  std::string pattern = fs::temp_directory_path() / "gan_watch_XXXXXX";
  const Path folder = mkdtemp(pattern.data());
  WatchedRuns runs(folder.string() + "/");
  EXPECT_EQ(Json::parse(runs.list())["runs"].size(), 0u);
  std::ofstream(folder / "config.toml") << "format = 1\n";  // it becomes a run
  const std::string id = folder.filename();
  EXPECT_EQ(Json::parse(runs.list())["runs"].at(0)["id"], id);
  EXPECT_TRUE(runs.run(id));
  const std::string state = runs.state();
  std::ofstream(folder / "metrics.jsonl") << "{\"step\":1}\n";
  EXPECT_NE(runs.state(), state);
  fs::remove_all(folder);
  EXPECT_FALSE(runs.run(id));
}

TEST_F(Watch, ThePageIsWhole) {
  const auto page = get("/");
  for (const std::string script : {"chart.js", "words.js", "curves.js", "game.js", "watch.js"}) {
    EXPECT_NE(page->body.find(script + "?token=" + token_), std::string::npos) << script;
    EXPECT_EQ(get("/" + script)->status, 200) << script;
  }
  EXPECT_EQ(page->body.find("{{"), std::string::npos);
  EXPECT_EQ(page->get_header_value("Referrer-Policy"), "no-referrer");
  EXPECT_NE(get("/chart.js")->body.find("Chart.js"), std::string::npos);
  EXPECT_NE(get("/watch.js")->body.find("EventSource"), std::string::npos);
}

TEST_F(Watch, AChangeIsToldWithinASecond) {
  httplib::Client client("127.0.0.1", port_);
  int told = 0;
  std::chrono::steady_clock::time_point changed;
  double seconds = -1;
  const auto begin = std::chrono::steady_clock::now();
  client.Get("/events?token=" + token_, [&](const char* data, size_t length) {
    if (std::chrono::steady_clock::now() - begin > std::chrono::seconds(30)) return false;
    if (std::string_view(data, length).find("data: changed") == std::string_view::npos) return true;
    if (++told == 1) {
      changed = std::chrono::steady_clock::now();
      add_run("two", 3);
      return true;
    }
    seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - changed).count();
    return false;
  });
  EXPECT_GE(told, 2);
  EXPECT_GE(seconds, 0);
  EXPECT_LT(seconds, 1);
}

TEST(WatchServer, SaysWhatIsWrong) {
  EXPECT_THROW(WatchServer("/nowhere/at/all", 0), DataError);
  EXPECT_THROW(WatchServer("/etc/passwd", 0), DataError);
  const Path folder = fs::temp_directory_path();
  const WatchServer first(folder, 0);
  const std::string& address = first.address();
  EXPECT_THROW(WatchServer(folder, std::stoi(address.substr(address.find(':', 7) + 1))),
               UsageError);
}

}  // namespace
}  // namespace gan
