// An emulator in a test's own process: no socket, a clock that stands still, ids that are the same in every run.
//
//   TestEmulator clerk;
//   auto answer = clerk.get("/v1/users");                      // with the secret key
//   CHECK(answer.status == 200);
//   CHECK(answer.json().as_array().size() == 3);
#pragma once

#include <doctest/doctest.h>

#include <string>
#include <string_view>
#include <utility>

#include "emulators/clerk/emulator.hpp"
#include "postern/base/encoding.hpp"
#include "postern/json/value.hpp"
#include "postern/testing/manual_clock.hpp"
#include "postern/testing/scripted_fetch.hpp"
#include "postern/testing/seeded_random.hpp"

namespace postern::emulator {

inline constexpr std::string_view ada = "user_AdaLovelace0000000000000001";
inline constexpr std::string_view grace = "user_GraceHopper0000000000000002";
inline constexpr std::string_view katherine = "user_KatherineJohnson00000000003";

[[nodiscard]] inline std::string text_of(const json::Value& value) { return std::string(value.as_string().c_str()); }

struct Reply {
  int status = 0;
  http::HeaderMap headers;
  std::string body;

  [[nodiscard]] json::Value json() const {
    auto value = json::parse(body);
    REQUIRE(value.has_value());
    return *value;
  }
  [[nodiscard]] json::Object object() const { return json().as_object(); }
  // The one error's code, or what stands in its place.
  [[nodiscard]] std::string code() const {
    return text_of(object().at("errors").as_array().at(0).as_object().at("code"));
  }
  [[nodiscard]] std::string header(std::string_view name) const {
    const std::string* value = headers.find(name);
    return value ? *value : "";
  }
};

// One key for the whole test program: making one takes longer than all the tests.
[[nodiscard]] inline SigningKey test_key() {
  static const std::string path = [] {
    std::string name = "/tmp/clerk_emulator_test_XXXXXX";
    REQUIRE(mkdtemp(name.data()) != nullptr);
    return name + "/key.pem";
  }();
  auto key = SigningKey::load_or_create(path, "ins_Test00000000000000000000001");
  REQUIRE(key.has_value());
  return *std::move(key);
}

class TestEmulator {
 public:
  http::HeaderMap headers{{"Host", "127.0.0.1:8790"}, {"Authorization", "Bearer sk_test_postern_offline_clerk"}};
  testing::ManualClock clock;
  testing::SeededRandom random;
  testing::ScriptedFetch fetch{clock};
  Emulator emulator;

  explicit TestEmulator(Settings settings = {}) : emulator(std::move(settings), clock, random, fetch, test_key()) {}

  Reply send(http::Method method, std::string_view target, std::string_view body = "") {
    http::Request request{
        .method = method, .target = std::string(target), .headers = headers, .body = std::string(body)};
    http::Response response = run_ready(emulator.handle(std::move(request)));
    return {.status = response.status, .headers = std::move(response.headers), .body = std::move(response.body)};
  }
  Reply get(std::string_view target) { return send(http::Method::get, target); }
  Reply post(std::string_view target, std::string_view body = "") { return send(http::Method::post, target, body); }

  std::string start_session(std::string_view user_id) {
    const Reply reply = post("/v1/sessions", R"({"user_id":")" + std::string(user_id) + R"("})");
    REQUIRE(reply.status == 200);
    return text_of(reply.object().at("id"));
  }
};

// Part 0, the header, or 1, the claims, of a JWT: for looking, after something else has verified it.
[[nodiscard]] inline json::Object part_of(std::string_view jwt, int part) {
  const std::size_t first = jwt.find('.');
  const std::string_view text = part == 0 ? jwt.substr(0, first) : jwt.substr(first + 1, jwt.rfind('.') - first - 1);
  const auto decoded = base64url_decode(text);
  REQUIRE(decoded.has_value());
  return json::parse(*decoded)->as_object();
}

}  // namespace postern::emulator
