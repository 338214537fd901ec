// clerk-emulator: the offline Clerk as a program. The only file of it that knows the system clock, sockets and Asio.
#include <boost/asio/io_context.hpp>
#include <cstdlib>
#include <print>
#include <utility>

#include "emulators/clerk/emulator.hpp"
#include "hosts/native/ports/curl_fetch.hpp"
#include "hosts/native/ports/os_random.hpp"
#include "hosts/native/ports/system_clock.hpp"
#include "hosts/native/serve.hpp"

namespace {

using namespace postern;

std::optional<std::string> environment(std::string_view name) {
  const char* value = std::getenv(std::string(name).c_str());
  return value ? std::optional<std::string>(value) : std::nullopt;
}

// The emulator with the ports of its loop.
class Program final : public http::Handler {
 public:
  Program(boost::asio::io_context& loop, emulator::Settings settings, emulator::SigningKey key)
      : clock_(loop),
        fetch_(native::make_curl_fetch(loop, {})),
        emulator_(std::move(settings), clock_, random_, *fetch_, std::move(key)) {}
  Task<http::Response> handle(http::Request request) override { return emulator_.handle(std::move(request)); }

 private:
  native::SystemClock clock_;
  native::OsRandom random_;
  std::unique_ptr<Fetch> fetch_;
  emulator::Emulator emulator_;
};

Result<emulator::SigningKey> signing_key(const emulator::Settings& settings) {
  const std::string kid = "ins_PosternOffline0000000000001";
  if (settings.state_file.empty()) return emulator::SigningKey::generate(kid);
  return emulator::SigningKey::load_or_create(settings.state_file, kid);
}

void announce(const emulator::Settings& settings) {
  std::println("The offline Clerk listens at {}\n", settings.issuer());
  std::println("  CLERK_PUBLISHABLE_KEY={}", settings.publishable_key());
  std::println("  CLERK_SECRET_KEY={}", settings.secret_key);
  std::println("  CLERK_API_URL={}", settings.issuer());
  std::println("  CLERK_PROXY_URL={}   (Clerk's npm packages)", settings.issuer());
  std::fflush(stdout);
}

Result<void> run(std::span<const char* const> arguments) {
  TRY(auto settings, emulator::Settings::parse(arguments, environment));
  TRY(auto key, signing_key(settings));
  ServeOptions options{.port = settings.listen_port != 0 ? settings.listen_port : settings.port};
  options.on_listening = [&](std::uint16_t) { announce(settings); };
  return serve(options, [&](boost::asio::io_context& loop) {  // one loop: called once
    return std::make_unique<Program>(loop, settings, std::move(key));
  });
}

}  // namespace

int main(int argc, char** argv) {
  const auto ended = run({argv + 1, argv + argc});
  if (ended) return 0;
  std::println(stderr, "{}\n{}", ended.error().message, emulator::usage());
  return 1;
}
