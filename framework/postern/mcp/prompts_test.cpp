// Prompts and completion, as 2026-07-28, server/prompts and server/utilities/completion, have them.
#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;

namespace {

struct Explain {
  std::string number;
  std::optional<int> lines;

  static constexpr auto schema = fields(field<&Explain::number>("The order's number"),
                                        field<&Explain::lines>("How many lines to write", range{1, 10}));
};

Task<Result<std::string>> explain(Explain in, Call&) {
  if (in.number == "A-0") co_return fail(Error::Kind::not_found, "There is no order A-0.");
  if (in.number == "A-1") co_return fail(Error::Kind::unavailable, "The shop is closed.");
  co_return "Explain " + in.number + " in " + std::to_string(in.lines.value_or(3)) + " lines.";
}
Task<Result<std::vector<PromptMessage>>> dialogue(Call&) {
  co_return std::vector<PromptMessage>{{Text{"Hello"}}, {Text{"How can I help?"}, Role::assistant}};
}
Task<Result<std::vector<std::string>>> numbers(Completion typed, Call& call) {
  if (typed.known.contains("lines")) co_return std::vector<std::string>{call.user().user_id + typed.value};
  std::vector<std::string> all;
  for (int i = 1; i <= 120; ++i) all.push_back(typed.value + std::to_string(i));
  co_return all;
}

Task<Result<std::vector<std::string>>> asks(Completion, Call& call) {
  CO_TRY(const auto answer, co_await call.ask<Name>("name", "Which one?"));
  co_return std::vector<std::string>{answer->name};
}

struct PromptFixture : Fixture {
  static App make() {
    App app{"acme", "1.2.3"};
    app.scope("orders:read", "See your orders");
    app.prompt("explain", "Explain an order.", explain).title("Explain").complete("number", numbers);
    app.prompt("dialogue", "A beginning.", dialogue);
    app.prompt("guarded", "Not for all.", dialogue).needs_scope("orders:read");
    return app;
  }
  PromptFixture() : Fixture{make()} {}

  http::Response get(std::string_view name, std::string_view arguments) {
    return send(modern("prompts/get",
                       R"("name":")" + std::string{name} + R"(","arguments":)" + std::string{arguments} + ",", name));
  }
  json::Value complete(std::string_view params) {
    return parsed(send(modern("completion/complete", std::string{params} + ",")));
  }
};

}  // namespace

TEST_CASE("prompts are listed with their arguments") {
  PromptFixture fixture;
  const json::Value reply = parsed(fixture.send(Fixture::modern("prompts/list")));
  CHECK(reply.at("result").at("prompts").at(0) == *json::parse(R"({
    "name": "explain", "title": "Explain", "description": "Explain an order.",
    "arguments": [{"name": "number", "description": "The order's number", "required": true},
                  {"name": "lines", "description": "How many lines to write"}]})"));
  CHECK(reply.at("result").at("prompts").as_array().size() == 3);
  CHECK(reply.at("result").at("cacheScope") == "public");
  const json::Value discover = parsed(fixture.send(Fixture::modern("server/discover")));
  CHECK(json::find(discover.at("result").at("capabilities"), "prompts"));
  CHECK(json::find(discover.at("result").at("capabilities"), "completions"));
  CHECK_FALSE(json::find(discover.at("result").at("capabilities"), "resources"));
}

TEST_CASE("a prompt is filled in from text, and text that means a number is one") {
  PromptFixture fixture;
  const json::Value reply = parsed(fixture.get("explain", R"({"number":"17","lines":"5"})"));
  CHECK(reply.at("result").at("messages") ==
        *json::parse(R"([{"role":"user","content":{"type":"text","text":"Explain 17 in 5 lines."}}])"));
  CHECK(reply.at("result").at("resultType") == "complete");
  CHECK(parsed(fixture.get("dialogue", "{}")).at("result").at("messages") ==
        *json::parse(R"([{"role":"user","content":{"type":"text","text":"Hello"}},
                         {"role":"assistant","content":{"type":"text","text":"How can I help?"}}])"));
}

TEST_CASE("a prompt that cannot be had is an error that says why") {
  PromptFixture fixture;
  for (const auto& [arguments, code, message] : {std::tuple{R"({})", -32602, "number"},
                                                 {R"({"number":"A","lines":"many"})", -32602, "lines"},
                                                 {R"({"number":"A","lines":"99"})", -32602, "lines"},
                                                 {R"({"number":7})", -32602, "number"},
                                                 {R"({"number":"A","more":"x"})", -32602, "more"},
                                                 {R"([])", -32602, "object"},
                                                 {R"({"number":"A-0"})", -32602, "no order A-0"},
                                                 {R"({"number":"A-1"})", -32603, "closed"}}) {
    CAPTURE(arguments);
    const http::Response response = fixture.get("explain", arguments);
    CHECK(error_code(response) == code);
    CHECK(response.body.contains(message));
  }
  CHECK(error_code(fixture.get("nothing", "{}")) == -32602);
  http::Request request = Fixture::modern("prompts/get", R"("name":"guarded",)", "guarded");
  const auto denied = run_ready(fixture.endpoint.handle(request, shared(&fixture.alice)));
  REQUIRE_FALSE(denied);
  CHECK(denied.error().scopes == std::vector<std::string>{"orders:read"});
}

TEST_CASE("an argument is completed, a hundred values at a time") {
  PromptFixture fixture;
  const json::Value many =
      fixture.complete(R"("ref":{"type":"ref/prompt","name":"explain"},"argument":{"name":"number","value":"A-"})");
  CHECK(many.at("result").at("completion").at("values").as_array().size() == 100);
  CHECK(many.at("result").at("completion").at("values").at(0) == "A-1");
  CHECK(many.at("result").at("completion").at("total") == 120);
  CHECK(many.at("result").at("completion").at("hasMore") == true);

  const json::Value one = fixture.complete(
      R"("ref":{"type":"ref/prompt","name":"explain"},"argument":{"name":"number","value":"A"},
         "context":{"arguments":{"lines":"3"}})");
  CHECK(one.at("result").at("completion").at("values") == json::Array{"user_aliceA"});
  const json::Value none =
      fixture.complete(R"("ref":{"type":"ref/prompt","name":"explain"},"argument":{"name":"lines","value":"1"})");
  CHECK(none.at("result").at("completion").at("values") == json::Array{});

  for (const std::string_view params :
       {R"("ref":{"type":"ref/prompt","name":"nothing"},"argument":{"name":"number","value":""})",
        R"("ref":{"type":"ref/resource","uri":"acme://x"},"argument":{"name":"number","value":""})",
        R"("ref":{"type":"ref/prompt","name":"explain"},"argument":{"name":"number"})", R"("argument":{})"}) {
    CAPTURE(params);
    CHECK(fixture.complete(params).at("error").at("code") == -32602);
  }
}

// 2026-07-28, basic/patterns/mrtr, supported requests.
TEST_CASE("completion asks the client nothing") {
  App app{"acme", "1"};
  app.prompt("explain", "", explain).complete("number", asks);
  Fixture fixture{std::move(app)};
  const std::string_view params =
      R"("ref":{"type":"ref/prompt","name":"explain"},"argument":{"name":"number","value":""})";
  http::Request request = Fixture::modern("completion/complete", std::string{params} + ",");
  constexpr std::string_view none = R"(clientCapabilities":{})";
  request.body.replace(request.body.find(none) + none.size() - 2, 2, R"({"elicitation":{}})");
  CHECK(error_code(fixture.send(std::move(request))) == -32603);
  const std::string session = fixture.initialize("2025-11-25", fixture.alice, R"({"elicitation":{}})");
  CHECK(error_code(fixture.send(Fixture::post(
            R"({"jsonrpc":"2.0","id":1,"method":"completion/complete","params":{)" + std::string{params} + "}}",
            {{"Mcp-Session-Id", session}}))) == -32603);
}

TEST_CASE("declarations that cannot work are told at the start") {
  App app{"acme", "1"};
  app.prompt("explain", "", explain).complete("nothing", numbers);
  REQUIRE_FALSE(app.check());
  CHECK(app.check().error().message.contains("\"nothing\""));
  App twice{"acme", "1"};
  twice.prompt("a", "", dialogue);
  twice.prompt("a", "", dialogue);
  CHECK_FALSE(twice.check());
}
