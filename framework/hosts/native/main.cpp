// The native server: settings, the user's app, one process.
//
//   postern [--vars app/.dev.vars]             over HTTP, for everybody
//   postern --stdio [--vars app/.dev.vars]     over standard input and output, for the user of CLERK_SESSION_ID
//
// Exits with 0 after SIGTERM or SIGINT, or at the end of the input; 1 if it could not run, 2 if a setting is wrong;
// says why on standard error.
#include <unistd.h>

#include <algorithm>
#include <boost/asio/signal_set.hpp>
#include <csignal>
#include <cstdio>
#include <memory>
#include <optional>
#include <print>
#include <span>
#include <string>
#include <string_view>

#include "app/app.hpp"
#include "hosts/native/chores.hpp"
#include "hosts/native/descriptors.hpp"
#include "hosts/native/ports/native_ports.hpp"
#include "hosts/native/serve.hpp"
#include "hosts/native/settings.hpp"
#include "hosts/native/stdio.hpp"
#include "postern/server/auth_mode.hpp"
#include "postern/server/server.hpp"

namespace {

using namespace postern;

constexpr int exit_could_not_run = 1;
constexpr int exit_wrong_setting = 2;
constexpr Duration last_writing_max = std::chrono::seconds{2};

Task<void> keep_house(server::Server& server, const Ports& ports) {
  return native::do_every(limits::revocations_reread_after, [&] { return server.housekeep(); }, ports.clock, ports.log);
}
Task<void> keep_audit_log(server::Server& server, const Ports& ports) {
  return native::do_every(
      limits::audit_written_after, [&] { return server.write_audit_log(); }, ports.clock, ports.log);
}

// What one event loop has: its ports, and the server on top of them.
class LoopServer : public http::Handler {
 public:
  LoopServer(boost::asio::io_context& loop, native::NativeShared& shared, const mcp::App& app,
             const server::Settings& settings)
      : loop_(loop), ports_(loop, shared), server_(app, settings, ports_.ports()) {
    housekeeping_ = Job::start(keep_house(server_, ports_.ports()), [](const std::exception_ptr&) {});
    auditing_ = Job::start(keep_audit_log(server_, ports_.ports()), [](const std::exception_ptr&) {});
  }

  // The loop has stopped, and nothing is under way: it runs on for a moment, for what calls have left to be written.
  ~LoopServer() override {
    const Job writing = Job::start(server_.write_audit_log(), [this](const std::exception_ptr&) { loop_.stop(); });
    if (writing.done()) return;
    loop_.restart();
    loop_.run_for(last_writing_max);
  }

  Task<http::Response> handle(http::Request request) override { return server_.handle(std::move(request)); }

 private:
  boost::asio::io_context& loop_;
  native::NativePorts ports_;
  server::Server server_;
  Job housekeeping_;  // last, both: they use the others
  Job auditing_;
};

int refuse_to_start(std::span<const std::string> problems) {
  std::println(stderr, "The server cannot start:");
  for (const std::string& problem : problems) std::println(stderr, "  - {}", problem);
  return exit_wrong_setting;
}
int refuse_to_start(const std::string& problem) { return refuse_to_start(std::span{&problem, 1}); }

struct CommandLine {
  std::string vars_file;  // empty: none
  bool stdio = false;
};
// Nullopt if it is something else.
std::optional<CommandLine> parse_command_line(std::span<char*> arguments) {
  CommandLine command_line;
  for (arguments = arguments.subspan(1); !arguments.empty(); arguments = arguments.subspan(1)) {
    const std::string_view argument{arguments.front()};
    if (argument == "--stdio") {
      command_line.stdio = true;
    } else if (argument == "--vars" && arguments.size() > 1) {
      arguments = arguments.subspan(1);
      command_line.vars_file = arguments.front();
    } else {
      return std::nullopt;
    }
  }
  return command_line;
}

int could_not_run(const Error& error) {
  std::println(stderr, "The server cannot start: {}", error.message);
  return exit_could_not_run;
}

Task<void> settle_into(server::Settings& settings, const Ports& ports, Result<void>& outcome) {
  outcome = co_await server::settle_auth_mode(settings, ports);
}

// AUTH_MODE=auto, before anything is served.
Result<void> settle_auth_mode(native::NativeShared& shared, server::Settings& settings) {
  if (settings.auth_mode != server::AuthMode::automatic) return {};
  boost::asio::io_context loop{1};
  native::NativePorts native_ports{loop, shared};
  const Ports ports = native_ports.ports();
  Result<void> outcome;
  const Job settling =
      Job::start(settle_into(settings, ports, outcome), [&loop](const std::exception_ptr&) { loop.stop(); });
  loop.run();
  return outcome;
}

int serve_http(native::NativeShared& shared, const mcp::App& app, const server::Settings& settings,
               const native::NativeSettings& host) {
  Log& log = shared.log();
  ServeOptions options;
  options.address = host.address;
  options.port = host.port;
  options.loops = host.loops;
  options.connections_max = std::min(options.connections_max, connections_within(raise_descriptor_limit()));
  // All connections come from the proxy that ends TLS, so to limit clients is its part.
  if (settings.server_url.starts_with("https://")) options.connections_per_address_max = options.connections_max;
  options.on_listening = [&](std::uint16_t port) {
    log.write(LogLevel::info, "server.listening",
              {{"url", settings.mcp_url()},
               {"port", port},
               {"loops", host.loops},
               {"connections_max", options.connections_max}});
  };
  options.on_problem = [&](std::string_view event, std::string_view detail) {
    log.write(LogLevel::error, event, {{"detail", detail}});
  };

  const auto served = serve(options, [&](boost::asio::io_context& loop) -> std::unique_ptr<http::Handler> {
    return std::make_unique<LoopServer>(loop, shared, app, settings);
  });
  if (!served) return could_not_run(served.error());
  log.write(LogLevel::info, "server.stopped", {});
  return 0;
}

// Until the input ends. Without a session there is only what is open to anyone.
Task<void> speak(native::Stdio& stdio, server::Server& server, std::string session_id, Caller& caller,
                 Result<void>& outcome) {
  if (!session_id.empty()) {
    auto found = co_await server.find_caller(std::move(session_id));
    if (!found) {
      outcome = std::unexpected(std::move(found).error());
      co_return;
    }
    caller = *std::move(found);
  }
  outcome = co_await stdio.run(STDIN_FILENO, STDOUT_FILENO);
  co_await server.write_audit_log();
}

int serve_stdio(native::NativeShared& shared, const mcp::App& app, const server::Settings& settings,
                const native::NativeSettings& host) {
  if (host.session_id.empty() && !app.open_to_anyone()) {
    return refuse_to_start("CLERK_SESSION_ID is missing: over stdio it says who is signed in, such as sess_2abc...");
  }
  boost::asio::io_context loop{1};
  native::NativePorts ports{loop, shared};
  server::Server server{app, settings, ports.ports()};
  Caller caller;
  native::Stdio stdio{loop, ports.ports().clock,
                      [&](http::Request& request) { return server.handle_as(request, caller); }};

  Result<void> outcome;
  boost::asio::signal_set signals{loop, SIGTERM, SIGINT};
  signals.async_wait([&loop](const boost::system::error_code&, int) { loop.stop(); });
  const Job auditing = Job::start(keep_audit_log(server, ports.ports()), [](const std::exception_ptr&) {});
  const Job speaking = Job::start(speak(stdio, server, host.session_id, caller, outcome),
                                  [&loop](const std::exception_ptr&) { loop.stop(); });
  loop.run();
  return outcome ? 0 : could_not_run(outcome.error());
}

}  // namespace

int main(int argc, char** argv) {
  const auto command_line = parse_command_line({argv, static_cast<std::size_t>(argc)});
  if (!command_line) {
    std::println(stderr, "usage: postern [--stdio] [--vars FILE]");
    return exit_wrong_setting;
  }
  const auto variables = native::read_variables(command_line->vars_file);
  if (!variables) return refuse_to_start(variables.error().message);
  auto settings = server::Settings::read(*variables);
  auto host = native::NativeSettings::read(*variables);
  if (!settings) return refuse_to_start(settings.error());
  if (!host) return refuse_to_start(host.error());

  const mcp::App app = app::make_app();
  if (auto checked = app.check(); !checked) return refuse_to_start("app/app.cpp: " + checked.error().message);
  // A client starts it wherever it likes: nothing is left there.
  if (command_line->stdio && !variables->find("DATABASE")) host->database = ":memory:";

  auto shared = native::NativeShared::open({.database_path = host->database, .log_level = host->log_level});
  if (!shared) return could_not_run(shared.error());
  if (auto settled = settle_auth_mode(**shared, *settings); !settled) return could_not_run(settled.error());
  return (command_line->stdio ? serve_stdio : serve_http)(**shared, app, *settings, *host);
}
