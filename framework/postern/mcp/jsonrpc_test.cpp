#include "postern/mcp/jsonrpc.hpp"

#include <doctest/doctest.h>

using namespace postern;
using namespace postern::mcp;

TEST_CASE("a message is a request, a notification or a response, and nothing else") {
  struct Row {
    std::string_view text;
    std::string_view expected;  // the id of a request as JSON text, "notification", "response" or "malformed"
  };
  // JSON-RPC 2.0 sec. 4 and 5; MCP 2026-07-28, basic/index: ids are strings or integers, never null.
  const Row rows[] = {
      {R"({"jsonrpc":"2.0","id":1,"method":"ping"})", "1"},
      {R"({"jsonrpc":"2.0","id":"1","method":"ping"})", "\"1\""},
      {R"({"jsonrpc":"2.0","id":-5,"method":"ping","params":{}})", "-5"},
      {R"({"jsonrpc":"2.0","id":18446744073709551615,"method":"ping"})", "18446744073709551615"},
      {R"({"jsonrpc":"2.0","id":"","method":"ping"})", "\"\""},
      {R"({"jsonrpc":"2.0","id":"a\"\n","method":"ping"})", R"("a\"\n")"},
      {R"({"jsonrpc":"2.0","method":"notifications/initialized"})", "notification"},
      {R"({"jsonrpc":"2.0","id":1,"result":{}})", "response"},
      {R"({"jsonrpc":"2.0","id":1,"error":{"code":1,"message":""}})", "response"},
      {R"({"jsonrpc":"2.0","id":null,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1.5,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1e2,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":true,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":{},"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":[1],"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"1.0","id":1,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":2.0,"id":1,"method":"ping"})", "malformed"},
      {R"({"id":1,"method":"ping"})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1,"method":1})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1,"method":null})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":[]})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1,"method":"ping","params":null})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1,"result":{},"error":{}})", "malformed"},
      {R"({"jsonrpc":"2.0","result":{}})", "malformed"},
      {R"({"jsonrpc":"2.0","id":1})", "malformed"},
      {R"({})", "malformed"},
      {R"([])", "malformed"},
      {R"("ping")", "malformed"},
      {R"(null)", "malformed"},
  };
  for (const Row& row : rows) {
    CAPTURE(row.text);
    auto value = json::parse(row.text);
    REQUIRE(value);
    const auto message = rpc::parse_message(*std::move(value));
    std::string seen = "malformed";
    if (message && std::holds_alternative<rpc::Request>(*message)) seen = std::get<rpc::Request>(*message).id.text();
    if (message && std::holds_alternative<rpc::Notification>(*message)) seen = "notification";
    if (message && std::holds_alternative<rpc::Response>(*message)) seen = "response";
    CHECK(seen == row.expected);
    if (!message) CHECK(message.error().error.code == rpc::ErrorCode::invalid_request);
  }
}

TEST_CASE("a malformed request is answered under its own id when it has one") {
  auto value = json::parse(R"({"jsonrpc":"1.0","id":"x","method":"ping"})");
  const auto message = rpc::parse_message(*std::move(value));
  REQUIRE_FALSE(message);
  CHECK(message.error().id == rpc::Id{"\"x\""});
  CHECK(rpc::error_reply(message.error().id, {rpc::ErrorCode::invalid_request, "no"}) ==
        R"({"jsonrpc":"2.0","id":"x","error":{"code":-32600,"message":"no"}})");
}
