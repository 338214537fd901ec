// The user's app and the server, as the service of a module.
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "app/app.hpp"
#include "hosts/workers/ports/workers_ports.hpp"
#include "hosts/workers/record.hpp"
#include "hosts/workers/service.hpp"
#include "postern/base/flight.hpp"
#include "postern/server/auth_mode.hpp"
#include "postern/server/server.hpp"

namespace postern::workers {
namespace {

void log_problem(std::string_view problem) {
  HostLog{LogLevel::error}.write(LogLevel::error, "server.cannot_start", {{"problem", problem}});
}

// The server with all it stands on, once the settings are known to be good.
class Application final : public Service {
 public:
  Application(server::Settings settings, LogLevel log_level)
      : app_(app::make_app()), settings_(std::move(settings)), ports_(log_level) {
    if (settings_.auth_mode != server::AuthMode::automatic) server_.emplace(app_, settings_, ports_.ports());
  }

  Task<http::Response> handle(http::Request request) override {
    return server_ ? server_->handle(std::move(request)) : settle_and_handle(std::move(request));
  }
  // There is no timer without a request, so requests remind of it; none waits for it.
  Task<void> after_response() override {
    const TimePoint now = ports_.ports().clock.now();
    if (!server_) co_return;
    if (now >= house_kept_at_ + limits::revocations_reread_after) {
      house_kept_at_ = now;
      co_await server_->housekeep();
    }
    co_await server_->write_audit_log_soon();
  }

  void hear(std::string_view topic, std::string_view key, std::string_view message) override {
    ports_.hear(topic, key, message);
  }

  [[nodiscard]] Result<void> check() const { return app_.check(); }

 private:
  // With AUTH_MODE=auto the first request finds out, for only a request can fetch. Until then nobody is served, and
  // Clerk is asked once a second, however many wait.
  Task<http::Response> settle_and_handle(http::Request request) {
    while (settling_.busy()) co_await settling_.wait();
    if (!server_ && ports_.ports().clock.now() >= settle_again_at_) co_await settle();
    if (server_) co_return co_await server_->handle(std::move(request));
    http::Response response = http::Response::text(503, "The server cannot start now; its log says why.\n");
    response.headers.set("Retry-After", "2");
    co_return response;
  }
  Task<void> settle() {
    const Flight::Turn turn{settling_};
    const auto settled = co_await server::settle_auth_mode(settings_, ports_.ports());
    if (settled) {
      server_.emplace(app_, settings_, ports_.ports());
    } else {
      log_problem(settled.error().message);
      settle_again_at_ = ports_.ports().clock.now() + std::chrono::seconds{1};
    }
  }

  const mcp::App app_;
  server::Settings settings_;
  WorkersPorts ports_;
  Flight settling_;
  TimePoint settle_again_at_{};
  std::optional<server::Server> server_;
  TimePoint house_kept_at_{};
};

}  // namespace

std::unique_ptr<Service> make_service(std::string_view record) {
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
  if (!settings || !host.problems().empty()) return nullptr;
  auto application = std::make_unique<Application>(*std::move(settings), *log_level);
  if (auto checked = application->check(); !checked) {
    log_problem("app/app.cpp: " + checked.error().message);
    return nullptr;
  }
  return application;
}

}  // namespace postern::workers
