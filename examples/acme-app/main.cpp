// acme-app: the shop as a program. The only file of it that knows the system clock, sockets and Asio.
#include <boost/asio/io_context.hpp>
#include <cstdio>
#include <cstdlib>
#include <print>
#include <utility>

#include "acme-app/acme_app.hpp"
#include "hosts/native/ports/native_ports.hpp"
#include "hosts/native/serve.hpp"

namespace {

using namespace postern;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// The shop with the ports of its loop.
class Program final : public http::Handler {
 public:
  Program(boost::asio::io_context& loop, native::NativeShared& shared, acme::Settings settings)
      : native_ports_(loop, shared), ports_(native_ports_.ports()), app_(std::move(settings), ports_) {}
  Task<http::Response> handle(http::Request request) override { return app_.handle(std::move(request)); }

 private:
  native::NativePorts native_ports_;
  Ports ports_;
  acme::AcmeApp app_;
};

Result<void> run() {
  TRY(auto settings, acme::Settings::read(environment));
  // The shop stores nothing: orders live in memory, sessions at Clerk.
  TRY(auto shared, native::NativeShared::open({.database_path = ":memory:", .log_level = LogLevel::warning}));
  ServeOptions options{.port = settings.port};
  options.on_listening = [&](std::uint16_t) {
    std::println("The example shop listens at {}", settings.app_url);
    std::fflush(stdout);
  };
  return serve(options,
               [&](boost::asio::io_context& loop) { return std::make_unique<Program>(loop, *shared, settings); });
}

}  // namespace

int main() {
  const auto ended = run();
  if (ended) return 0;
  std::println(stderr, "{}", ended.error().message);
  return 1;
}
