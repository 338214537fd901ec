// A session, and another instance of its server: what the tests of streams that outlast their connections share.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/mcp/endpoint_fixture.hpp"

namespace postern::mcp::test {

// An exchange from its start on.
struct Begun : Exchange {
  Begun(Endpoint& endpoint, http::Request asked, const Principal& caller) : Exchange{.request = std::move(asked)} {
    start(endpoint, caller);
  }
  Begun(const Begun&) = delete;
  Begun& operator=(const Begun&) = delete;
};

struct Resumption : Fixture {
  explicit Resumption(App offered = make_talking_app()) : Fixture{std::move(offered)} {}
  // Another event loop, or the server after it was started again.
  Endpoint elsewhere{app, test.ports, {.session_key = session_key()}};
  const std::string session = start_session("2025-11-25");

  std::string start_session(std::string_view revision) {
    return initialize(revision, alice, R"({"elicitation":{"form":{}}})");
  }
  static http::Request calling_in(const std::string& id, std::string_view tool, std::string_view arguments = "{}") {
    return post(R"({"jsonrpc":"2.0","id":"c","method":"tools/call","params":{"_meta":{"progressToken":"p"},"name":")" +
                    std::string{tool} + R"(","arguments":)" + std::string{arguments} + "}}",
                {{"Mcp-Session-Id", id}});
  }
  [[nodiscard]] http::Request calling(std::string_view tool, std::string_view arguments = "{}") const {
    return calling_in(session, tool, arguments);
  }
  static http::Request from(const std::string& id, std::string_view last_event_id = "") {
    http::Request request{.method = http::Method::get, .target = "/mcp", .id = "req_2"};
    request.headers.set("Accept", "text/event-stream");
    request.headers.set("Mcp-Session-Id", id);
    if (!last_event_id.empty()) request.headers.set("Last-Event-ID", last_event_id);
    return request;
  }
  Begun call_tool(std::string_view tool, std::string_view arguments = "{}") {
    return {endpoint, calling(tool, arguments), alice};
  }
  // To the other instance.
  Begun come_back(const std::string& last_event_id) { return {elsewhere, from(session, last_event_id), alice}; }
  int status_of(http::Request request, const Principal& caller) {
    return run_ready(elsewhere.handle(request, shared(&caller)))->status;
  }
  void notify(std::string_view message) {
    CHECK(send(post(std::string{message}, {{"Mcp-Session-Id", session}})).status == 202);
  }
  [[nodiscard]] std::size_t running() const { return test.clock.sleepers(); }
};

// What the messages say, without what each revision puts around them.
inline std::vector<std::string> said(const Exchange& exchange) {
  std::vector<std::string> messages;
  messages.reserve(exchange.events.size());
  for (const auto& event : exchange.events) messages.push_back(event.data);
  return messages;
}

}  // namespace postern::mcp::test
