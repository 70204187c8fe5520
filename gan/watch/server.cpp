#include "gan/watch/server.h"

#include <fmt/core.h>
#include <httplib.h>

#include <array>
#include <atomic>
#include <chrono>
#include <random>
#include <thread>

#include "gan/core/error.h"
#include "gan/core/html.h"
#include "gan/watch/texts.h"
#include "gan/watch/watched.h"

namespace gan {
namespace {

using httplib::Request;
using httplib::Response;

constexpr int kThreads = 32, kMostListeners = 16;         // of requests; of events among them
constexpr auto kGlance = std::chrono::milliseconds(250);  // how often files are looked at
constexpr int kGlancesToBeat = 40;  // so often something is sent that shows a lost connection

std::string random_token() {
  std::random_device device;
  std::string out;
  for (int i = 0; i < 4; ++i) out += fmt::format("{:08x}", device());
  return out;
}

/// Takes as long wherever they differ.
bool same(std::string_view a, std::string_view b) {
  unsigned char difference = a.size() == b.size() ? 0 : 1;
  for (size_t i = 0; i < a.size(); ++i)
    difference |= static_cast<unsigned char>(a[i] ^ (i < b.size() ? b[i] : 0));
  return difference == 0;
}

void refuse(Response& response, int status, const std::string& why) {
  response.status = status;
  response.set_content(why + "\n", "text/plain; charset=utf-8");
}

}  // namespace

struct WatchServer::State {
  State(const Path& root, int wanted) : runs(root) {
    server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
    server.set_keep_alive_timeout(1);  // seconds that an idle connection keeps Ctrl-C waiting
    server.set_read_timeout(1);
    server.set_write_timeout(1);
    server.set_socket_options([](socket_t socket) {  // one program has the port alone
      const int yes = 1;
      ::setsockopt(socket, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
    });
    if (wanted == 0) {
      port = server.bind_to_any_port("127.0.0.1");
    } else {
      port = wanted;
      if (!server.bind_to_port("127.0.0.1", wanted))
        throw UsageError(
            "--port {}: cannot be listened on, perhaps because another program does; "
            "choose another, or 0 for any that is free",
            wanted);
    }
    address = fmt::format("http://127.0.0.1:{}/?token={}", port, token);
    hosts = {fmt::format("127.0.0.1:{}", port), fmt::format("localhost:{}", port)};
    add_guard();
    add_routes();
  }

  /// Pages of other hosts, and programs that do not know the token, see nothing.
  void add_guard() {
    server.set_pre_routing_handler([this](const Request& request, Response& response) {
      response.set_header("Cache-Control", "no-store");
      response.set_header("Referrer-Policy", "no-referrer");
      response.set_header("X-Content-Type-Options", "nosniff");
      response.set_header("X-Frame-Options", "DENY");
      response.set_header("Content-Security-Policy",
                          "default-src 'self'; style-src 'unsafe-inline'; img-src 'self' data:");
      const auto is_ours = [this](const std::string& host) {
        return host == hosts[0] || host == hosts[1];
      };
      const std::string origin = request.get_header_value("Origin");
      const bool from_here =
          origin.empty() || (origin.starts_with("http://") && is_ours(origin.substr(7)));
      if (!is_ours(request.get_header_value("Host")) || !from_here)
        refuse(response, 403, "this page is served to 127.0.0.1 alone");
      else if (!same(request.get_param_value("token"),
                     request.path == "/page" ? page_token : token))
        refuse(response, 403, "open the address that gan watch printed, with its token");
      else if (request.method != "GET" && request.method != "HEAD")
        refuse(response, 405, "there is nothing to be changed here");
      else
        return httplib::Server::HandlerResponse::Unhandled;
      return httplib::Server::HandlerResponse::Handled;
    });
    server.set_exception_handler([](const Request&, Response& response, std::exception_ptr error) {
      try {
        std::rethrow_exception(std::move(error));
      } catch (const UsageError& what) {  // what cannot be drawn
        refuse(response, 422, what.what());
      } catch (const std::exception& what) {  // as where a folder cannot be read
        refuse(response, 500, what.what());
      }
    });
  }

  void add_routes() {
    server.Get("/", [this](const Request&, Response& response) {
      const std::pair<std::string_view, std::string> parts[] = {{"token", token},
                                                                {"page_token", page_token}};
      response.set_content(filled(kWatchPage, parts), "text/html; charset=utf-8");
    });
    const auto script = [this](const char* path, std::string_view text) {
      server.Get(path, [text](const Request&, Response& response) {
        response.set_content(text.data(), text.size(), "text/javascript; charset=utf-8");
      });
    };
    script("/watch.js", kWatchScript);
    script("/words.js", kWordsScript);
    script("/curves.js", kCurvesScript);
    script("/game.js", kGameScript);
    script("/chart.js", kChartScript);
    server.Get("/runs", [this](const Request&, Response& response) {
      response.set_content(runs.list(), "application/json");
    });
    const auto answer = [this](const char* path, const char* type, auto find) {
      server.Get(path, [=, this](const Request& request, Response& response) {
        const std::optional<std::string> found = find(request);
        if (!found) return refuse(response, 404, "there is no such thing");
        response.set_content(*found, type);
      });
    };
    const auto id = [](const Request& request) { return request.get_param_value("id"); };
    const auto name = [](const Request& request) { return request.get_param_value("name"); };
    answer("/run", "application/json", [=, this](const Request& r) { return runs.run(id(r)); });
    answer("/log", "application/json", [=, this](const Request& r) { return runs.log(id(r)); });
    answer("/game", "application/json",
           [=, this](const Request& r) { return runs.game(id(r), r.get_param_value("step")); });
    answer("/picture", "image/png",
           [=, this](const Request& r) { return runs.picture(id(r), name(r)); });
    server.Get("/page", [=, this](const Request& r, Response& response) {
      const std::optional<std::string> found = runs.page(id(r), name(r));
      if (!found) return refuse(response, 404, "there is no such page");
      // A page of a run may be anybody's: it runs no script, and its own token opens only pages.
      response.headers.erase("Content-Security-Policy");
      response.set_header("Content-Security-Policy",
                          "sandbox; default-src 'none'; img-src data:; style-src 'unsafe-inline'");
      response.set_content(*found, "text/html; charset=utf-8");
    });
    server.Get("/events", [this](const Request&, Response& response) { send_events(response); });
  }

  /// Server-sent events: one whenever something has changed.
  void send_events(Response& response) {
    if (++listeners > kMostListeners) {
      --listeners;
      return refuse(response, 503, "too many pages are open");
    }
    auto known = std::make_shared<std::string>();
    response.set_chunked_content_provider(
        "text/event-stream",
        [this, known](size_t, httplib::DataSink& sink) {
          for (int glance = 0; !stopping; ++glance) {
            std::string now;
            try {
              now = runs.state();
            } catch (const std::exception&) {  // gone, or not to be read: until it is there again
            }
            const bool changed = now != *known;
            if (changed || glance >= kGlancesToBeat) {
              *known = now;
              const std::string_view text = changed ? "data: changed\n\n" : ": still here\n\n";
              return sink.write(text.data(), text.size());
            }
            std::this_thread::sleep_for(kGlance);
          }
          sink.done();
          return true;
        },
        [this](bool) { --listeners; });
  }

  WatchedRuns runs;
  const std::string token = random_token(), page_token = random_token();
  httplib::Server server;
  int port = 0;
  std::array<std::string, 2> hosts;
  std::string address;
  std::atomic<bool> stopping = false;
  std::atomic<int> listeners = 0;
};

WatchServer::WatchServer(const Path& root, int port)
    : state_(std::make_unique<State>(root, port)) {}
WatchServer::~WatchServer() = default;

const std::string& WatchServer::address() const {
  return state_->address;
}

void WatchServer::serve(const std::function<bool()>& stop) {
  constexpr auto kGap = std::chrono::milliseconds(100);
  std::atomic<bool> ended = false;
  bool asked = false;
  std::jthread waiter([&] {
    while (!(asked = stop()) && !ended) std::this_thread::sleep_for(kGap);
    state_->stopping = true;
    for (; !ended; std::this_thread::sleep_for(kGap))
      state_->server.stop();  // again where it had not begun yet
  });
  try {
    state_->server.listen_after_bind();
  } catch (const std::exception& error) {  // as where no more threads may be started
    ended = true;
    throw DataError("gan watch: cannot serve: {}", error.what());
  }
  ended = true;
  waiter.join();
  if (!asked) throw DataError("gan watch: the connection that it listens on was lost");
}

}  // namespace gan
