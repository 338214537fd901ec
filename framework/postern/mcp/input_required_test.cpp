// Tools that ask their client: 2026-07-28, basic/patterns/mrtr; and on a stream, as 2025-11-25, client/elicitation and
// client/sampling, have it. One tool code for both.
#include <set>

#include "postern/base/limits.hpp"
#include "postern/base/race.hpp"
#include "postern/base/when_all.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

struct Named {
  std::string name;
};
struct Colored {
  std::string color;
};
struct Greet {
  std::string word = "Hello";
};

int cancelled_runs = 0;
struct CountsItsEnd {
  ~CountsItsEnd() { ++cancelled_runs; }
};

Task<Result<std::string>> greet(Greet in, Call& call) {
  CO_TRY(auto name, co_await call.ask<Named>("name", "Your name?"));
  if (!name) co_return "Nobody.";
  CO_TRY(auto color, co_await call.ask<Colored>("color", "Your color?"));
  co_return in.word + " " + name->name + ", " + (color ? color->color : "colorless");
}
Task<Result<std::string>> three(Call& call) {
  auto answers =
      co_await when_all(call.ask<Named>("name", "Your name?"),
                        call.sample("poem", {.messages = {{Text{"A poem"}}}, .tokens_max = 7}), call.roots("roots"));
  CO_TRY(auto name, std::get<0>(std::move(answers)));
  CO_TRY(auto poem, std::get<1>(std::move(answers)));
  CO_TRY(auto roots, std::get<2>(std::move(answers)));
  co_return name->name + poem.text + std::to_string(roots.size());
}
Task<Result<std::string>> later(Call& call) {
  const CountsItsEnd end;
  co_await call.clock().sleep_for(50ms);
  CO_TRY(auto opened, co_await call.ask_to_open("page", "Pay there.", "https://pay.example/17"));
  co_return opened ? "opened" : "not opened";
}
// Asks, and does not wait for long.
Task<Result<std::string>> impatient(Call& call) {
  const auto first = co_await race(call.ask<Named>("name", "Your name?"), call.clock().sleep_for(50ms));
  if (first.index() == 1) co_await call.clock().sleep_for(1s);
  co_return first.index() == 1 ? "nobody" : "somebody";
}

constexpr std::string_view forms = R"({"elicitation":{}})";
constexpr std::string_view everything = R"({"elicitation":{"form":{},"url":{}},"sampling":{},"roots":{}})";

struct AskFixture : Fixture {
  static App make() {
    App app{"acme", "1.2.3"};
    app.tool("greet", "Greet.", greet);
    app.tool("three", "Ask three things.", three);
    app.tool("later", "Ask later.", later);
    app.tool("impatient", "Ask, and go on.", impatient);
    return app;
  }
  AskFixture() : Fixture{make()} {}

  // `more`: inputResponses and requestState, with a comma after each.
  static http::Request asking(std::string_view tool, std::string_view capabilities, std::string_view more = "",
                              std::string_view arguments = "{}") {
    http::Request request = post(
        R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":")" + std::string{tool} +
            R"(","arguments":)" + std::string{arguments} + "," + std::string{more} +
            R"("_meta":{"io.modelcontextprotocol/protocolVersion":"2026-07-28","io.modelcontextprotocol/clientCapabilities":)" +
            std::string{capabilities} + "}}}",
        {{"MCP-Protocol-Version", "2026-07-28"}, {"Mcp-Method", "tools/call"}, {"Mcp-Name", tool}});
    return request;
  }
  json::Value ask(std::string_view tool, std::string_view capabilities, std::string_view more = "",
                  std::string_view arguments = "{}") {
    return parsed(send(asking(tool, capabilities, more, arguments)));
  }

  // A session whose client has these capabilities.
  std::string begin(std::string_view capabilities, const Principal& caller) {
    return initialize("2025-11-25", caller, capabilities);
  }
  static http::Request calling(const std::string& session, std::string_view tool, std::string_view id = "7") {
    return post(R"({"jsonrpc":"2.0","id":)" + std::string{id} + R"(,"method":"tools/call","params":{"name":")" +
                    std::string{tool} + R"(","arguments":{}}})",
                {{"Mcp-Session-Id", session}});
  }
  int reply(const std::string& session, const json::Value& id, std::string_view outcome, const Principal& caller) {
    return send(post(R"({"jsonrpc":"2.0","id":)" + json::serialize(id) + "," + std::string{outcome} + "}",
                     {{"Mcp-Session-Id", session}}),
                &caller)
        .status;
  }
};

std::string state_of(const json::Value& reply) {
  return R"("requestState":)" + json::serialize(reply.at("result").at("requestState")) + ",";
}
constexpr std::string_view says_ada = R"("inputResponses":{"name":{"action":"accept","content":{"name":"Ada"}}},)";
constexpr std::string_view says_blue = R"("inputResponses":{"color":{"action":"accept","content":{"color":"blue"}}},)";

std::string text_of(const json::Value& reply) {
  return std::string{std::string_view{reply.at("result").at("content").at(0).at("text").as_string()}};
}

}  // namespace

TEST_CASE("a question ends the call with what is wanted, and the repeated call goes on from there") {
  AskFixture fixture;
  const json::Value first = fixture.ask("greet", forms);
  CHECK(first.at("result").at("resultType") == "input_required");
  CHECK(first.at("result").at("inputRequests") ==
        *json::parse(R"({"name":{"method":"elicitation/create","params":{"mode":"form","message":"Your name?",
          "requestedSchema":{"type":"object","properties":{"name":{"type":"string"}},"required":["name"]}}}})"));
  const json::Value second = fixture.ask("greet", forms, std::string{says_ada} + state_of(first));
  CHECK(second.at("result").at("inputRequests").as_object().size() == 1);
  CHECK(json::find(second.at("result").at("inputRequests"), "color"));
  const json::Value third = fixture.ask("greet", forms, std::string{says_blue} + state_of(second));
  CHECK(text_of(third) == "Hello Ada, blue");
  CHECK(third.at("result").at("resultType") == "complete");
}

TEST_CASE("several questions at once are asked at once") {
  AskFixture fixture;
  const json::Value first = fixture.ask("three", everything);
  CHECK(first.at("result").at("inputRequests").at("poem") ==
        *json::parse(R"({"method":"sampling/createMessage","params":{"maxTokens":7,
          "messages":[{"role":"user","content":{"type":"text","text":"A poem"}}]}})"));
  CHECK(first.at("result").at("inputRequests").at("roots") == *json::parse(R"({"method":"roots/list","params":{}})"));
  const std::string answers = R"("inputResponses":{
      "name":{"action":"accept","content":{"name":"Ada"}},
      "poem":{"role":"assistant","model":"m","content":[{"type":"text","text":"Ro"},{"type":"text","text":"ses"}]},
      "roots":{"roots":[{"uri":"file:///a"},{"uri":"file:///b","name":"B"}]}},)";
  CHECK(text_of(fixture.ask("three", everything, answers + state_of(first))) == "AdaRoses2");
}

TEST_CASE("no is an answer; nonsense is not, and is asked for again") {
  AskFixture fixture;
  CHECK(text_of(fixture.ask("greet", forms, R"("inputResponses":{"name":{"action":"decline"}},)")) == "Nobody.");
  CHECK(text_of(fixture.ask("greet", forms, R"("inputResponses":{"name":{"action":"cancel"}},)")) == "Nobody.");
  for (const std::string_view nonsense : {R"(7)", R"({})", R"({"action":"maybe"})", R"({"action":"accept"})",
                                          R"({"action":"accept","content":{"name":7}})", R"("Ada")"}) {
    CAPTURE(nonsense);
    const json::Value again =
        fixture.ask("greet", forms, R"("inputResponses":{"name":)" + std::string{nonsense} + "},");
    CHECK(json::find(again.at("result").at("inputRequests"), "name"));
  }
  CHECK(fixture.ask("greet", forms, R"("inputResponses":7,)").at("error").at("code") == -32602);
}

// security.md: state that comes back is an attacker's input.
TEST_CASE(
    "a state is good for its user and organization, its tool, its arguments and ten minutes, and for nothing else") {
  AskFixture fixture;
  const json::Value first = fixture.ask("greet", forms, says_ada);
  const std::string state = state_of(first);
  const std::string more = std::string{says_blue} + state;
  CHECK(text_of(fixture.ask("greet", forms, more)) == "Hello Ada, blue");

  auto refused = [&](http::Request request, const Principal& caller) {
    return error_code(fixture.send(std::move(request), &caller)) == -32602;
  };
  CHECK(refused(AskFixture::asking("greet", forms, more), fixture.bob));
  CHECK(refused(AskFixture::asking("greet", forms, more),
                {.user_id = fixture.alice.user_id, .organization_id = "org_2"}));
  CHECK(refused(AskFixture::asking("three", everything, more), fixture.alice));
  CHECK(refused(AskFixture::asking("greet", forms, more, R"({"word":"Bye"})"), fixture.alice));
  for (const std::string_view damaged : {R"("")", R"("AAAA")", R"(7)", R"(null)", R"({})"}) {
    CHECK(
        refused(AskFixture::asking("greet", forms, R"("requestState":)" + std::string{damaged} + ","), fixture.alice));
  }
  std::string flipped = state;
  char& letter = flipped[flipped.size() / 2];
  letter = letter == 'A' ? 'B' : 'A';
  CHECK(refused(AskFixture::asking("greet", forms, flipped), fixture.alice));
  fixture.test.clock.advance(limits::request_state_lifetime);
  CHECK(refused(AskFixture::asking("greet", forms, more), fixture.alice));
}

TEST_CASE("a client is asked nothing that it cannot answer") {
  AskFixture fixture;
  const http::Response response = fixture.send(AskFixture::asking("three", forms));
  CHECK(response.status == 400);
  CHECK(error_code(response) == -32021);
  CHECK(parsed(response).at("error").at("data") ==
        *json::parse(R"({"requiredCapabilities":{"sampling":{},"roots":{}}})"));
  CHECK(fixture.ask("greet", R"({"elicitation":{"url":{}}})").at("error").at("data") ==
        *json::parse(R"({"requiredCapabilities":{"elicitation":{"form":{}}}})"));
  CHECK(fixture.ask("greet", "{}").at("error").at("code") == -32021);
}

TEST_CASE("a question that comes late ends the call as well, and its function with it") {
  AskFixture fixture;
  cancelled_runs = 0;
  Exchange exchange{.request = AskFixture::asking("later", everything)};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(60ms);
  REQUIRE(exchange.ended);
  const json::Value reply = *json::parse(exchange.reply());
  CHECK(reply.at("result").at("inputRequests").at("page").at("params") ==
        *json::parse(R"({"mode":"url","message":"Pay there.","url":"https://pay.example/17"})"));
  CHECK(cancelled_runs == 1);
}

TEST_CASE("with a session the question goes out on the call's stream, and the call waits for the answer") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  Exchange exchange{.request = AskFixture::calling(session, "greet", R"("a/b")")};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(10ms);
  REQUIRE(exchange.events.size() == 1);
  const json::Value question = *json::parse(exchange.events[0].data);
  CHECK(question.at("method") == "elicitation/create");
  CHECK(question.at("params").at("message") == "Your name?");

  const std::string_view ada = R"("result":{"action":"accept","content":{"name":"Ada"}})";
  // Neither somebody else, nor another session of the same user, nor an answer to something else reaches it.
  const std::string other = fixture.begin(everything, fixture.alice);
  CHECK(fixture.reply(session, question.at("id"), ada, fixture.bob) == 404);
  CHECK(fixture.reply(other, question.at("id"), ada, fixture.alice) == 202);
  CHECK(fixture.reply(session, "a/b/9", ada, fixture.alice) == 202);
  CHECK(fixture.reply(session, 12, ada, fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  CHECK(exchange.events.size() == 1);

  CHECK(fixture.reply(session, question.at("id"), ada, fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  REQUIRE(exchange.events.size() == 2);
  CHECK(fixture.reply(session, question.at("id"), ada, fixture.alice) == 202);  // twice: dropped
  const json::Value next = *json::parse(exchange.events[1].data);
  CHECK(fixture.reply(session, next.at("id"), R"("result":{"action":"decline"})", fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  REQUIRE(exchange.ended);
  CHECK(text_of(*json::parse(exchange.reply())) == "Hello Ada, colorless");
}

TEST_CASE("with a session an error, nonsense, or a client that cannot, is an error of the tool") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  for (const auto& [outcome, says] : {std::pair{R"("error":{"code":-1,"message":"User is away"})", "User is away"},
                                      {R"("result":{"action":"accept","content":{"name":7}})", "name"},
                                      {R"("result":7)", "action"}}) {
    CAPTURE(outcome);
    Exchange exchange{.request = AskFixture::calling(session, "greet")};
    exchange.start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(10ms);
    REQUIRE(exchange.events.size() == 1);
    fixture.reply(session, json::parse(exchange.events[0].data)->at("id"), outcome, fixture.alice);
    fixture.test.clock.advance(10ms);
    REQUIRE(exchange.ended);
    CHECK(json::parse(exchange.reply())->at("result").at("isError") == true);
    CHECK(text_of(*json::parse(exchange.reply())).contains(says));
  }
  const std::string mute = fixture.begin("{}", fixture.alice);
  CHECK(parsed(fixture.send(AskFixture::calling(mute, "greet"))).at("result").at("isError") == true);
  http::Request deaf = AskFixture::calling(session, "greet");
  deaf.headers.set("Accept", "application/json");
  CHECK(parsed(fixture.send(deaf)).at("result").at("isError") == true);
}

TEST_CASE("a client that leaves, or cancels, while it is asked leaves nothing behind") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  Exchange left{.request = AskFixture::calling(session, "greet", "1")};
  Exchange cancelled{.request = AskFixture::calling(session, "greet", "2")};
  left.start(fixture.endpoint, fixture.alice);
  cancelled.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(10ms);
  REQUIRE(left.events.size() == 1);
  left.disconnect();
  fixture.send(Fixture::post(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":2}})",
                             {{"Mcp-Session-Id", session}}));
  fixture.test.clock.advance(10ms);
  CHECK(cancelled.ended);
  for (const std::string_view id : {"1/1", "2/1"}) {
    CHECK(fixture.reply(session, json::Value(id), R"("result":{"action":"decline"})", fixture.alice) == 202);
  }
}

// 2025-11-25, basic/lifecycle, timeouts.
TEST_CASE("a call that runs out of time while it asks takes its question back") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  Exchange exchange{.request = AskFixture::calling(session, "greet", "1")};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(limits::stream_lifetime_max);
  REQUIRE(exchange.ended);
  REQUIRE(exchange.events.size() == 3);
  CHECK(*json::parse(exchange.events[1].data) ==
        *json::parse(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1/1"}})"));
  CHECK(json::parse(exchange.reply())->at("error").at("code") == -32603);
}

// 2025-11-25, schema, ElicitRequestURLParams.
TEST_CASE("with a session each page has an id of its own") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  std::set<std::string> ids;
  for (const std::string_view call : {"1", "2"}) {
    Exchange exchange{.request = AskFixture::calling(session, "later", call)};
    exchange.start(fixture.endpoint, fixture.alice);
    fixture.test.clock.advance(60ms);
    REQUIRE(exchange.events.size() == 1);
    const json::Value question = *json::parse(exchange.events[0].data);
    ids.emplace(question.at("params").at("elicitationId").as_string());
    CHECK(fixture.reply(session, question.at("id"), R"("result":{"action":"accept"})", fixture.alice) == 202);
    fixture.test.clock.advance(10ms);
    REQUIRE(exchange.ended);
    CHECK(text_of(*json::parse(exchange.reply())) == "opened");
  }
  CHECK(ids.size() == 2);
}

// 2025-11-25, basic/utilities/cancellation.
TEST_CASE("a question that its function drops is taken back, and an answer to it comes to nothing") {
  AskFixture fixture;
  const std::string session = fixture.begin(everything, fixture.alice);
  Exchange exchange{.request = AskFixture::calling(session, "impatient", "1")};
  exchange.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(100ms);
  REQUIRE(exchange.events.size() == 2);
  CHECK(json::parse(exchange.events[0].data)->at("id") == "1/1");
  CHECK(*json::parse(exchange.events[1].data) ==
        *json::parse(R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":"1/1"}})"));
  CHECK(fixture.reply(session, "1/1", R"("result":{"action":"decline"})", fixture.alice) == 202);
  fixture.test.clock.advance(1s);
  REQUIRE(exchange.ended);
  CHECK(text_of(*json::parse(exchange.reply())) == "nobody");

  Exchange answered{.request = AskFixture::calling(session, "impatient", "2")};
  answered.start(fixture.endpoint, fixture.alice);
  fixture.test.clock.advance(10ms);
  CHECK(fixture.reply(session, "2/1", R"("result":{"action":"decline"})", fixture.alice) == 202);
  fixture.test.clock.advance(10ms);
  REQUIRE(answered.ended);
  CHECK(answered.events.size() == 2);
  CHECK(text_of(*json::parse(answered.reply())) == "somebody");
}
