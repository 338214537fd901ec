// Every method of both eras, damaged at random ten thousand times: whatever comes, the answer is a well-formed message
// of JSON-RPC or an HTTP error, and nobody hears of somebody else.
#include <doctest/doctest.h>

#include <random>

#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

constexpr int mutations = 10'000;
constexpr std::string_view canary = "alices-secret";

struct OrderUri {
  std::string number;
};
Task<Result<std::string>> secret(Call& call) {
  co_await call.clock().sleep_for(1s);
  co_return call.user().user_id == "user_alice" ? std::string{canary} : "none of yours";
}
Task<Result<std::string>> order(OrderUri in, Call& call) { co_return call.user().user_id + in.number; }
Task<Result<std::vector<std::string>>> numbers(Completion typed, Call&) {
  co_return std::vector<std::string>{typed.value + "1"};
}
struct Sure {
  bool sure = false;
};
Task<Result<std::string>> asks(Call& call) {
  CO_TRY(auto answer, co_await call.ask<Sure>("sure", "Sure?"));
  co_return answer && answer->sure ? "yes" : "no";
}

App make_whole_app() {
  App app = make_app();
  app.tool("secret", "Only hers.", secret).must_become_task();
  app.tool("asks", "Ask.", asks).may_become_task();
  app.prompt("order", "An order.", order).complete("number", numbers);
  app.resource_template("acme://orders/{number}", "order", "An order.", order).complete("number", numbers);
  app.page("ui://acme/orders", "orders", "Shows orders.", "<!DOCTYPE html>");
  return app;
}

// A request as 2026-07-28 wants it, from a client that can do everything.
http::Request able(std::string_view method, std::string_view params, std::string_view name = "") {
  http::Request request = Fixture::modern(method, params, name);
  constexpr std::string_view none = R"(clientCapabilities":{})";
  request.body.replace(
      request.body.find(none) + none.size() - 2, 2,
      R"({"elicitation":{},"sampling":{},"roots":{},"extensions":{"io.modelcontextprotocol/tasks":{}}})");
  return request;
}

std::vector<http::Request> seeds_of(std::string_view own_session, std::string_view her_session,
                                    std::string_view her_task) {
  const std::string task = R"("taskId":")" + std::string{her_task} + "\",";
  std::vector<http::Request> seeds{
      able("server/discover", ""),
      able("tools/list", R"("cursor":"dG9vbHMvMQ",)"),
      able("tools/call", R"("name":"add","arguments":{"a":2,"b":3},)", "add"),
      able("tools/call", R"("name":"asks","arguments":{},"requestState":"AAAA","inputResponses":{"sure":{}},)", "asks"),
      able("prompts/list", ""),
      able("prompts/get", R"("name":"order","arguments":{"number":"7"},)", "order"),
      able("resources/list", ""),
      able("resources/templates/list", ""),
      able("resources/read", R"("uri":"acme://orders/7",)", "acme://orders/7"),
      able("completion/complete",
           R"("ref":{"type":"ref/prompt","name":"order"},"argument":{"name":"number","value":"1"},)"),
      able("subscriptions/listen", R"("notifications":{"resourceSubscriptions":["acme://orders/7"]},)"),
      able("subscriptions/listen", R"("notifications":{"taskIds":[")" + std::string{her_task} + "\"]},"),
      able("tasks/get", task, her_task),
      able("tasks/update", task + R"("inputResponses":{"sure-1":{"action":"accept","content":{"sure":true}}},)",
           her_task),
      able("tasks/cancel", task, her_task),
  };
  auto legacy = [&](std::string_view session, std::string body) {
    seeds.push_back(Fixture::post(std::move(body), {{"Mcp-Session-Id", session}}));
  };
  auto ask = [&](std::string_view method, std::string_view params) {
    const std::string body =
        R"({"jsonrpc":"2.0","id":1,"method":")" + std::string{method} + R"(","params":{)" + std::string{params} + "}}";
    legacy(own_session, body);
    legacy(her_session, body);
  };
  ask("initialize",
      R"("protocolVersion":"2025-11-25","capabilities":{"roots":{}},"clientInfo":{"name":"t","version":"1"})");
  ask("ping", "");
  ask("logging/setLevel", R"("level":"debug")");
  ask("tools/list", "");
  ask("tools/call", R"("name":"add","arguments":{"a":2,"b":3},"task":{"ttl":1000})");
  ask("prompts/get", R"("name":"order","arguments":{"number":"7"})");
  ask("resources/read", R"("uri":"acme://orders/7")");
  ask("resources/subscribe", R"("uri":"acme://orders/7")");
  ask("resources/unsubscribe", R"("uri":"acme://orders/7")");
  ask("completion/complete",
      R"("ref":{"type":"ref/resource","uri":"acme://orders/{number}"},"argument":{"name":"number","value":"1"})");
  ask("tasks/get", R"("taskId":")" + std::string{her_task} + "\"");
  ask("tasks/result", R"("taskId":")" + std::string{her_task} + "\"");
  ask("tasks/cancel", R"("taskId":")" + std::string{her_task} + "\"");
  ask("tasks/list", "");
  legacy(own_session, R"({"jsonrpc":"2.0","method":"notifications/cancelled","params":{"requestId":1}})");
  legacy(own_session,
         R"({"jsonrpc":"2.0","id":"task/)" + std::string{her_task} + R"(/sure-1","result":{"action":"accept"}})");
  return seeds;
}

void damage(http::Request& request, std::mt19937& random) {
  constexpr std::string_view interesting{"{}[]\",:0-1e.\\u n\xff\x80\0ATtf", 24};
  std::string& body = request.body;
  for (unsigned changes = random() % 4; changes > 0 && !body.empty(); --changes) {
    const std::size_t at = random() % body.size();
    switch (random() % 4) {
      case 0:
        body[at] = interesting[random() % interesting.size()];
        break;
      case 1:
        body.erase(at, 1 + random() % 20);
        break;
      case 2:
        body.insert(at, body.substr(random() % body.size(), random() % 40));
        break;
      default:
        body.insert(at, std::to_string(random()));
    }
  }
  constexpr std::string_view names[] = {"Mcp-Method", "Mcp-Name", "MCP-Protocol-Version", "Mcp-Session-Id", "Accept"};
  constexpr std::string_view values[] = {"", "tools/call", "2025-11-25", "=?base64?!?=", "application/json", "\t"};
  if (random() % 8 == 0) request.headers.set(names[random() % std::size(names)], values[random() % std::size(values)]);
}

// JSON-RPC 2.0 sec. 5, and the codes of 2026-07-28, basic/index.
bool is_reply(const json::Value& value) {
  const json::Object* reply = value.if_object();
  if (!reply || json::find_string(*reply, "jsonrpc") != "2.0") return false;
  const json::Value* error = json::find(*reply, "error");
  if (!error == !json::find(*reply, "result")) return false;
  if (!error) return json::find(*reply, "id") != nullptr;
  const auto code = error->at("code").to_number<std::int64_t>();
  constexpr std::int64_t codes[] = {-32700, -32600, -32601, -32602, -32603, -32002, -32020, -32021, -32022};
  return std::ranges::contains(codes, code) && error->at("message").is_string();
}

}  // namespace

TEST_CASE("ten thousand damaged requests get well-formed answers, and none is somebody else's") {
  const unsigned seed = std::random_device{}();
  CAPTURE(seed);
  MESSAGE("seed ", seed);
  std::mt19937 random{seed};

  Fixture fixture{make_whole_app()};
  const std::string her_session = fixture.initialize("2025-11-25", fixture.alice);
  const auto created = parsed(fixture.send(
      Fixture::post(R"({"jsonrpc":"2.0","id":1,"method":"tools/call","params":{"name":"secret","task":{}}})",
                    {{"Mcp-Session-Id", her_session}})));
  const std::string her_task{created.at("result").at("task").at("taskId").as_string()};
  fixture.test.clock.advance(2s);
  auto is_done = [&] {
    return fixture.send(able("tasks/get", R"("taskId":")" + her_task + "\",", her_task)).body.contains(canary);
  };
  REQUIRE(is_done());

  const auto seeds = seeds_of(fixture.initialize("2025-11-25", fixture.bob), her_session, her_task);
  for (int i = 0; i < mutations; ++i) {
    http::Request request = seeds[random() % seeds.size()];
    damage(request, random);
    CAPTURE(request.body);
    mcp::test::Exchange exchange;
    exchange.request = std::move(request);
    exchange.job = Job::start(
        [](Endpoint& endpoint, mcp::test::Exchange& self, const Principal* caller) -> Task<void> {
          auto answer = co_await endpoint.handle(self.request, shared(caller));
          if (!answer) co_return;
          self.response = *std::move(answer);
          self.answered = true;
        }(fixture.endpoint, exchange, &fixture.bob),
        [](std::exception_ptr failure) { REQUIRE_FALSE(failure); });
    if (!exchange.answered) fixture.test.clock.advance(4s);
    if (!exchange.answered) continue;
    REQUIRE(exchange.response.status < 500);
    REQUIRE_FALSE(exchange.response.body.contains(canary));
    const std::string* type = exchange.response.headers.find("Content-Type");
    if (!type || *type != "application/json") continue;
    const auto value = json::parse(exchange.response.body);
    REQUIRE(value);
    REQUIRE(is_reply(*value));
  }
  CHECK(is_done());  // she has it still
}
