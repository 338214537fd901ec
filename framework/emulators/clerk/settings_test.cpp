#include "emulators/clerk/settings.hpp"

#include <doctest/doctest.h>

#include <vector>

#include "emulators/clerk/browser_cookies.hpp"

using namespace postern;
using namespace postern::emulator;

namespace {

Result<Settings> parse(const std::vector<const char*>& arguments, std::optional<std::string> key = std::nullopt) {
  return Settings::parse(arguments, [&](std::string_view) { return key; });
}

}  // namespace

TEST_CASE("the publishable key names the host that the emulator listens at") {
  // clerk.md 1.1, made by @clerk/shared 4.41.0
  CHECK(parse({"--port", "4010"})->publishable_key() == "pk_test_MTI3LjAuMC4xOjQwMTAk");
  CHECK(parse({"--port", "4010"})->issuer() == "http://127.0.0.1:4010");
}

TEST_CASE("the cookie suffix is that of Clerk's SDKs") {
  // clerk.md 1.1, made by @clerk/shared 4.41.0
  CHECK(cookie_suffix("pk_test_MTI3LjAuMC4xOjQwMTAk") == "F74ZAzyw");
  CHECK(cookie_suffix("pk_test_dmVyYi1ub3VuLTEyLmNsZXJrLmFjY291bnRzLmRldiQ=") == "I7dj_wvz");
  CHECK(cookie_suffix("pk_live_Y2xlcmsuZXhhbXBsZS5jb20k") == "naoXFJnI");
}

TEST_CASE("a live secret key is refused, and so is what is none") {
  CHECK_FALSE(parse({}, "sk_live_abcdefghij").has_value());
  CHECK_FALSE(parse({}, "live_abcdefghij").has_value());
  CHECK_FALSE(parse({}, "").has_value());
  CHECK_FALSE(parse({}, "sk_test_").has_value());
  CHECK(parse({}, "sk_test_mine12345")->secret_key == "sk_test_mine12345");
}

TEST_CASE("arguments that make no sense are refused") {
  for (const auto& arguments : std::vector<std::vector<const char*>>{{"--port"},
                                                                     {"--port", "0"},
                                                                     {"--port", "65536"},
                                                                     {"--port", "80x"},
                                                                     {"--port", "-1"},
                                                                     {"--listen", "0"},
                                                                     {"--state"},
                                                                     {"--host", "0.0.0.0"},
                                                                     {"8790"}}) {
    CAPTURE(arguments.front());
    CHECK_FALSE(parse(arguments).has_value());
  }
  CHECK(parse({})->port == 8790);
  CHECK(parse({"--port", "4010", "--listen", "4011"})->issuer() == "http://127.0.0.1:4010");
  CHECK(parse({"--port", "4010", "--listen", "4011"})->listen_port == 4011);
  CHECK(parse({"--state", "/tmp/x.pem", "--port", "9"})->state_file == "/tmp/x.pem");
}
