#include "gan/watch/server.h"

#include <gtest/gtest.h>
#include <httplib.h>

#include <atomic>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <thread>

#include "gan/core/error.h"

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
  for (const char* path : {"/", "/runs", "/run?id=one", "/picture?id=one&name=step-0000001.png",
                           "/watch.js", "/chart.js", "/events", "/nothing"}) {
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
        "/picture?id=..&name=step-0000001.png", "/secret.png", "/../secret.png"})
    EXPECT_EQ(status(path), 404) << path;
}

TEST_F(Watch, ThePageIsWhole) {
  const auto page = get("/");
  EXPECT_NE(page->body.find("chart.js?token=" + token_), std::string::npos);
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
  client.Get("/events?token=" + token_, [&](const char* data, size_t length) {
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
