// The WebAssembly module: the user's app and the server, behind the exports of abi.md.
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>

#include "app/app.hpp"
#include "hosts/workers/ports/workers_ports.hpp"
#include "hosts/workers/record.hpp"
#include "hosts/workers/served_request.hpp"
#include "postern/server/server.hpp"

namespace postern::workers {
namespace {

// The server with all it stands on, once the settings are known to be good.
class Application final : public Service {
 public:
  Application(server::Settings settings, LogLevel log_level)
      : app_(app::make_app()),
        settings_(std::move(settings)),
        ports_(log_level),
        server_(app_, settings_, ports_.ports()) {}

  Task<http::Response> handle(http::Request request) override { return server_.handle(std::move(request)); }
  // There is no timer without a request, so requests remind of it; none waits for it.
  Task<void> after_response() override {
    const TimePoint now = ports_.ports().clock.now();
    if (now < house_kept_at_ + limits::revocations_reread_after) co_return;
    house_kept_at_ = now;
    co_await server_.housekeep();
  }

  [[nodiscard]] Result<void> check() const { return app_.check(); }

 private:
  const mcp::App app_;
  const server::Settings settings_;
  WorkersPorts ports_;
  server::Server server_;
  TimePoint house_kept_at_{};
};

// All state of the instance. The only global there is: exports are plain functions.
struct Instance {
  std::string incoming;  // what allocate() gave room for
  std::unique_ptr<Application> application;
  std::unordered_map<host::Request, std::unique_ptr<ServedRequest>> requests;

  bool configure(std::string_view record);
  // Runs `step` in a turn of the request, if it is still there, and forgets the request if that was its last.
  template <class Step>
  void with(host::Request number, Step step) {
    const auto found = requests.find(number);
    if (found == requests.end()) return;
    ServedRequest& request = *found->second;
    request.take_turn([&] { step(request); });
    if (!request.done()) return;
    requests.erase(number);
    host::host_done(number);
  }
};
Instance instance;

void log_problem(std::string_view problem) {
  HostLog{LogLevel::error}.write(LogLevel::error, "server.cannot_start", {{"problem", problem}});
}

bool Instance::configure(std::string_view record) {
  server::Variables variables;
  RecordReader reader{record};
  for (std::size_t left = reader.count(); left > 0; --left) {
    std::string name{reader.text()};
    variables.set(std::move(name), std::string{reader.text()});
  }
  server::VariableReader host{variables};
  const auto log_level = parse_log_level(host.choice("LOG_LEVEL", {"info", "debug", "warning", "error"}));
  auto settings = server::Settings::read(variables);
  for (const std::string& problem : host.problems()) log_problem(problem);
  if (!settings) {
    for (const std::string& problem : settings.error()) log_problem(problem);
  }
  if (!settings || !host.problems().empty()) return false;
  application = std::make_unique<Application>(*std::move(settings), *log_level);
  if (auto checked = application->check(); !checked) {
    log_problem("app/app.cpp: " + checked.error().message);
    return false;
  }
  return true;
}

http::Request read_request(std::string_view record) {
  RecordReader reader{record};
  http::Request request;
  request.method = http::parse_method(reader.text());
  request.target = reader.text();
  request.peer_address = reader.text();
  request.headers = reader.headers();
  request.body = reader.text();
  return request;
}

}  // namespace
}  // namespace postern::workers

#define POSTERN_EXPORT(name) extern "C" __attribute__((export_name(#name)))

using postern::workers::instance;
using postern::workers::ServedRequest;

POSTERN_EXPORT(allocate) char* postern_allocate(std::size_t size) {
  instance.incoming.resize(size);
  return instance.incoming.data();
}

POSTERN_EXPORT(configure) bool postern_configure(const char* record, std::size_t size) {
  return instance.configure({record, size});
}

POSTERN_EXPORT(begin) void postern_begin(std::uint32_t number, const char* record, std::size_t size) {
  auto request = postern::workers::read_request({record, size});
  instance.requests.emplace(number, std::make_unique<ServedRequest>(number, *instance.application));
  instance.with(number, [&](ServedRequest& served) { served.begin(std::move(request)); });
}

POSTERN_EXPORT(settle)
void postern_settle(std::uint32_t number, std::uint32_t operation, bool ok, const char* record, std::size_t size) {
  instance.with(number, [&](ServedRequest& request) {
    request.settle(operation, ok ? std::optional{std::string_view{record, size}} : std::nullopt);
  });
}

POSTERN_EXPORT(wake) void postern_wake(std::uint32_t number) {
  instance.with(number, [](ServedRequest&) {});
}

POSTERN_EXPORT(pull) void postern_pull(std::uint32_t number) {
  instance.with(number, [](ServedRequest& request) { request.pull(); });
}

POSTERN_EXPORT(abort) void postern_abort(std::uint32_t number) {
  if (auto node = instance.requests.extract(number)) node.mapped().reset();
}
