// The native server: settings, the user's app, one process.
//
//   postern [--vars app/.dev.vars]
//
// Exits with 0 after SIGTERM or SIGINT, 1 if it could not run, 2 if a setting is wrong; says why on standard error.
#include <cstdio>
#include <memory>
#include <optional>
#include <print>
#include <span>
#include <string>
#include <string_view>

#include "app/app.hpp"
#include "hosts/native/ports/native_ports.hpp"
#include "hosts/native/serve.hpp"
#include "hosts/native/settings.hpp"
#include "postern/server/server.hpp"

namespace {

using namespace postern;

constexpr int exit_could_not_run = 1;
constexpr int exit_wrong_setting = 2;

// What one event loop has: its ports, and the server on top of them.
class LoopServer : public http::Handler {
 public:
  LoopServer(boost::asio::io_context& loop, native::NativeShared& shared, const mcp::App& app,
             const server::Settings& settings)
      : ports_(loop, shared), server_(app, settings, ports_.ports()) {
    housekeeping_ = Job::start(keep_house(server_, ports_.ports().clock), [](const std::exception_ptr&) {});
  }

  Task<http::Response> handle(http::Request request) override { return server_.handle(std::move(request)); }

 private:
  static Task<void> keep_house(server::Server& server, Clock& clock) {
    while (true) {
      co_await server.housekeep();
      co_await clock.sleep_for(limits::revocations_reread_after);
    }
  }

  native::NativePorts ports_;
  server::Server server_;
  Job housekeeping_;  // last: it uses both
};

int refuse_to_start(std::span<const std::string> problems) {
  std::println(stderr, "The server cannot start:");
  for (const std::string& problem : problems) std::println(stderr, "  - {}", problem);
  return exit_wrong_setting;
}
int refuse_to_start(const std::string& problem) { return refuse_to_start(std::span{&problem, 1}); }

// The value of `--vars`, or empty; nullopt if the command line is something else.
std::optional<std::string> vars_file(std::span<char*> arguments) {
  if (arguments.size() == 1) return std::string{};
  if (arguments.size() == 3 && std::string_view{arguments[1]} == "--vars") return std::string{arguments[2]};
  return std::nullopt;
}

int run(const mcp::App& app, const server::Settings& settings, const native::NativeSettings& host) {
  auto shared = native::NativeShared::open({.database_path = host.database, .log_level = host.log_level});
  if (!shared) {
    std::println(stderr, "The server cannot start: {}", shared.error().message);
    return exit_could_not_run;
  }
  Log& log = (*shared)->log();
  ServeOptions options;
  options.address = host.address;
  options.port = host.port;
  options.loops = host.loops;
  // All connections come from the proxy that ends TLS, so to limit clients is its part.
  if (settings.server_url.starts_with("https://")) options.connections_per_address_max = options.connections_max;
  options.on_listening = [&](std::uint16_t port) {
    log.write(LogLevel::info, "server.listening", {{"url", settings.mcp_url()}, {"port", port}, {"loops", host.loops}});
  };
  options.on_problem = [&](std::string_view event, std::string_view detail) {
    log.write(LogLevel::error, event, {{"detail", detail}});
  };

  const auto served = serve(options, [&](boost::asio::io_context& loop) -> std::unique_ptr<http::Handler> {
    return std::make_unique<LoopServer>(loop, **shared, app, settings);
  });
  if (!served) {
    std::println(stderr, "The server cannot start: {}", served.error().message);
    return exit_could_not_run;
  }
  log.write(LogLevel::info, "server.stopped", {});
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const auto file = vars_file({argv, static_cast<std::size_t>(argc)});
  if (!file) {
    std::println(stderr, "usage: postern [--vars FILE]");
    return exit_wrong_setting;
  }
  const auto variables = native::read_variables(*file);
  if (!variables) return refuse_to_start(variables.error().message);
  const auto settings = server::Settings::read(*variables);
  const auto host = native::NativeSettings::read(*variables);
  if (!settings) return refuse_to_start(settings.error());
  if (!host) return refuse_to_start(host.error());

  const mcp::App app = app::make_app();
  if (auto checked = app.check(); !checked) return refuse_to_start("app/app.cpp: " + checked.error().message);
  return run(app, *settings, *host);
}
