// The transcripts (README.md), played with the core alone: the server without a host, and with it the example app and
// the offline Clerk, in one process on a clock that moves only while somebody waits.
//
// TRANSCRIPTS is the folder, and what the program is linked with has the app that they are about.
#include <doctest/doctest.h>

#include <algorithm>
#include <deque>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <optional>

#include "acme-app/acme_app.hpp"
#include "app/app.hpp"
#include "emulators/clerk/test_emulator.hpp"
#include "postern/base/concat.hpp"
#include "postern/http/sse.hpp"
#include "postern/oauth/access_token.hpp"
#include "postern/oauth/keys.hpp"
#include "postern/server/server.hpp"
#include "postern/testing/handler_fetch.hpp"
#include "postern/testing/test_ports.hpp"
#include "tests/transcripts/core/transcript.hpp"

using namespace postern;
using namespace postern::transcripts;
using namespace std::chrono_literals;

namespace {

const std::string origin = "http://localhost:8788";
const std::string app_url = "http://localhost:8789";
const emulator::Settings clerk_settings;

server::Variables variables() {
  server::Variables variables;
  variables.set("SERVER_URL", origin);
  variables.set("APP_URL", app_url);
  variables.set("AUTH_MODE", "bridge");
  variables.set("POSTERN_SECRET", std::string(43, 'A'));
  variables.set("CLERK_PUBLISHABLE_KEY", clerk_settings.publishable_key());
  variables.set("CLERK_SECRET_KEY", clerk_settings.secret_key);
  variables.set("CLERK_API_URL", clerk_settings.issuer());
  variables.set("CLERK_JWT_TEMPLATE", "postern");
  variables.set("RATE_LIMITS", "off");
  return variables;
}

server::Settings server_settings() {
  auto settings = server::Settings::read(variables());
  REQUIRE(settings);
  return *std::move(settings);
}

acme::Settings shop_settings() {
  const auto settings = acme::Settings::read([](std::string_view name) -> std::optional<std::string> {
    const server::Variables all = variables();
    const std::string* found = all.find(name);
    return found ? std::optional{*found} : std::nullopt;
  });
  REQUIRE(settings);
  return *settings;
}

struct Core {
  testing::TestPorts test;
  emulator::Emulator clerk{clerk_settings, test.clock, test.random, test.fetch, emulator::test_key()};
  testing::HandlerFetch fetch;
  Ports ports{test.clock, test.random, test.crypto, fetch, test.store, test.cache, test.log, test.bus};
  acme::AcmeApp shop{shop_settings(), ports};
  const mcp::App app = app::make_app();
  const server::Settings settings = server_settings();
  server::Server server{app, settings, ports};

  Core() {
    fetch.serve(clerk_settings.issuer(), clerk);
    fetch.serve(app_url, shop);
  }

  // Ada's session at Clerk.
  std::string start_session() {
    FetchRequest request{.method = http::Method::post,
                         .url = clerk_settings.issuer() + "/v1/sessions",
                         .headers = {{"Authorization", "Bearer " + clerk_settings.secret_key}},
                         .body = R"({"user_id":")" + std::string{emulator::ada} + "\"}"};
    const auto response = run_ready(fetch.fetch(std::move(request)));
    REQUIRE(response->status == 200);
    return emulator::text_of(json::parse(response->body)->at("id"));
  }
  std::string token_for(std::vector<std::string> scopes) {
    const auto keys = oauth::Keys::derive(test.crypto, settings.server_secret);
    return *oauth::AccessTokens{ports, keys.access_token, settings.mcp_url()}.seal(
        {.user_id = std::string{emulator::ada},
         .session_id = start_session(),
         .organization_id = {},
         .client_id = "client_1",
         .grant_id = "grant_1",
         .scopes = std::move(scopes),
         .authorized_until = test.clock.now() + 1h});
  }
  Names known() {
    std::vector<std::string> scopes;
    std::ranges::transform(app.scopes(), std::back_inserter(scopes), &mcp::Scope::name);
    return {{"origin", std::string_view{origin}},
            {"token", std::string_view{token_for(scopes)}},
            {"narrow", std::string_view{token_for({"orders:read"})}}};
  }
};

// As a transcript has it.
std::string text_of(const http::SseEvent& event) {
  return event.event.empty() ? event.data : concat("event: ", event.event, "\ndata: ", event.data);
}

// A response, and what has come of it.
struct Reply {
  std::optional<http::Response> response{};
  std::deque<std::string> messages{};
  bool ended = false;
  Job job{};

  static Task<void> receive(server::Server& server, http::Request request, Reply& reply) {
    reply.response = co_await server.handle(std::move(request));
    http::SseParser parser;
    while (reply.response->stream) {
      const auto bytes = co_await reply.response->stream->next();
      if (!bytes) break;
      for (const http::SseEvent& event : *parser.feed(*bytes)) {
        if (!event.data.empty()) reply.messages.push_back(text_of(event));
      }
    }
    reply.ended = true;
  }
};

class Player {
 public:
  void play(const Exchange& exchange) {
    const Messages wanted = messages_of(exchange.expected.body);
    if (!exchange.sent.first.empty()) {
      send(exchange.sent);
      const http::Response& response = *reply_->response;
      REQUIRE_MESSAGE(std::to_string(response.status) == exchange.expected.first, response.body);
      for (const auto& [name, value] : exchange.expected.headers) {
        const std::string* header = response.headers.find(name);
        expect(match_text(value, header ? *header : "(none)", names_));
      }
      if (!response.stream) {
        if (exchange.expected.body.empty())
          REQUIRE(response.body == "");
        else
          match(exchange.expected.body, response.body);
        return;
      }
      stream_ = std::move(reply_);
    }
    read(wanted);
  }

 private:
  static void expect(const Match& matched) {
    if (!matched) FAIL(matched.error());
  }
  template <class Condition>
  void wait_until(Condition holds) {
    for (auto waited = 0ms; waited < 1min && !holds(); waited += 10ms) core_.test.clock.advance(10ms);
    REQUIRE_MESSAGE(holds(), "nothing came");
  }

  void send(const Message& sent) {
    const std::string line = fill(sent.first, names_);
    http::Request request{.method = http::parse_method(line.substr(0, line.find(' '))),
                          .target = line.substr(line.find(' ') + 1),
                          .headers = {{"Host", origin.substr(origin.find("//") + 2)}},
                          .body = fill(sent.body, names_),
                          .peer_address = "127.0.0.1"};
    for (const auto& [name, value] : sent.headers) request.headers.set(name, fill(value, names_));
    reply_ = std::make_unique<Reply>();
    reply_->job = Job::start(Reply::receive(core_.server, std::move(request), *reply_),
                             [](const std::exception_ptr& failure) { REQUIRE_FALSE(failure); });
    wait_until([&] { return reply_->response.has_value(); });
  }
  // What comes next in the stream that is open.
  void read(const Messages& wanted) {
    REQUIRE(stream_);
    for (const std::string& expected : wanted.texts) {
      wait_until([&] { return !stream_->messages.empty(); });
      match(expected, stream_->messages.front());
      stream_->messages.pop_front();
    }
    if (wanted.goes_on) return;
    wait_until([&] { return stream_->ended || !stream_->messages.empty(); });
    REQUIRE(stream_->messages == std::deque<std::string>{});
    stream_.reset();
  }
  void match(const std::string& expected, const std::string& actual) {
    if (expected.starts_with("event: ")) return expect(match_text(expected, actual, names_));
    const auto wanted = json::parse(expected);
    const auto message = json::parse(actual);
    REQUIRE_MESSAGE(wanted, expected);
    REQUIRE_MESSAGE(message, actual);
    expect(match_json(*wanted, *message, names_));
  }

  Core core_;
  Names names_ = core_.known();
  std::unique_ptr<Reply> reply_;
  std::unique_ptr<Reply> stream_;
};

}  // namespace

TEST_CASE("the core keeps to the transcripts") {
  for (const auto& entry : std::filesystem::directory_iterator{TRANSCRIPTS}) {
    if (entry.path().extension() != ".txt") continue;
    const std::string file = entry.path();
    CAPTURE(file);
    Player player;
    const auto exchanges = read_transcript(file);
    REQUIRE_FALSE(exchanges.empty());
    for (const Exchange& exchange : exchanges) {
      CAPTURE(exchange.line);
      player.play(exchange);
    }
  }
}

TEST_CASE("this runner and that in JavaScript agree on what is the same as what") {
  std::ifstream stream{"tests/transcripts/matching.json"};
  const auto rows = json::parse(std::string{std::istreambuf_iterator{stream}, {}});
  REQUIRE(rows);
  for (const json::Value& row : rows->as_array()) {
    CAPTURE(json::serialize(row));
    const json::Value* known = json::find(row, "known");
    Names names = known ? known->as_object() : Names{};
    const Match matched = match_json(row.at("expected"), row.at("actual"), names);
    CHECK(matched.has_value() == !json::find(row, "differs"));
    if (const json::Value* then = json::find(row, "then")) {
      CHECK(names == then->as_object());
    }
  }
}
