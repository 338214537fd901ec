// Resources, templates and the streams that tell of changes: 2026-07-28, server/resources and
// basic/patterns/subscriptions; 2025-11-25, server/resources.
#include "postern/base/limits.hpp"
#include "postern/mcp/endpoint_fixture.hpp"

using namespace postern;
using namespace postern::mcp;
using namespace postern::mcp::test;
using namespace std::chrono_literals;

namespace {

struct OrderUri {
  std::string number;
  std::optional<int> lines;
};
struct Order {
  std::string number;
  int lines = 0;
};

Task<Result<std::string>> terms(Call&) { co_return "Be kind."; }
Task<Result<Bytes>> logo(Call&) { co_return Bytes{"\x01\x02"}; }
Task<Result<Order>> order(OrderUri in, Call&) {
  if (in.number == "0") co_return fail(Error::Kind::not_found, "There is none.");
  co_return Order{in.number, in.lines.value_or(1)};
}
Task<Result<std::string>> change(Call& call) {
  co_await call.resource_updated("acme://orders/17");
  co_return "changed";
}

struct ResourceFixture : Fixture {
  static App make() {
    App app{"acme", "1.2.3"};
    app.scope("orders:read", "See your orders");
    app.resource("acme://terms", "terms", "The terms.", terms)
        .mime_type("text/markdown")
        .fresh_for(1h)
        .without_sign_in();
    app.resource("acme://logo", "logo", "The logo.", logo).mime_type("image/png");
    app.resource_template("acme://orders/{number}{?lines}", "order", "One order.", order).mime_type("application/json");
    app.resource_template("acme://secrets/{number}", "secret", "Not for all.", order).needs_scope("orders:read");
    app.tool("change", "Change an order.", change);
    return app;
  }
  ResourceFixture() : Fixture{make()} {}

  static http::Request reading(std::string_view uri) {
    return modern("resources/read", R"("uri":")" + std::string{uri} + R"(",)", uri);
  }
  json::Value read(std::string_view uri) { return parsed(send(reading(uri))); }
  static http::Request listening(std::string_view notifications) {
    return modern("subscriptions/listen", R"("notifications":)" + std::string{notifications} + ",");
  }
  http::Response in_session(const std::string& session, std::string_view method, std::string_view params) {
    return send(post(
        R"({"jsonrpc":"2.0","id":5,"method":")" + std::string{method} + R"(","params":)" + std::string{params} + "}",
        {{"Mcp-Session-Id", session}}));
  }
  static http::Request get(const std::string& session) {
    http::Request request{.method = http::Method::get, .target = "/mcp", .id = "req_2"};
    request.headers.set("Accept", "text/event-stream");
    request.headers.set("Mcp-Session-Id", session);
    return request;
  }
};

}  // namespace

TEST_CASE("resources and templates are two lists") {
  ResourceFixture fixture;
  const json::Value resources = parsed(fixture.send(Fixture::modern("resources/list")));
  CHECK(resources.at("result").at("resources") ==
        *json::parse(R"([{"name":"terms","description":"The terms.","uri":"acme://terms","mimeType":"text/markdown"},
                         {"name":"logo","description":"The logo.","uri":"acme://logo","mimeType":"image/png"}])"));
  const json::Value templates = parsed(fixture.send(Fixture::modern("resources/templates/list")));
  CHECK(templates.at("result").at("resourceTemplates").at(0) ==
        *json::parse(R"({"name":"order","description":"One order.","uriTemplate":"acme://orders/{number}{?lines}",
                         "mimeType":"application/json"})"));
}

TEST_CASE("a resource is read as text, as bytes, or as JSON, with what a client may keep") {
  ResourceFixture fixture;
  CHECK(fixture.read("acme://terms").at("result").at("contents") ==
        *json::parse(R"([{"uri":"acme://terms","mimeType":"text/markdown","text":"Be kind."}])"));
  CHECK(fixture.read("acme://terms").at("result").at("ttlMs") == 3'600'000);
  CHECK(parsed(fixture.send(ResourceFixture::reading("acme://terms"), nullptr)).at("result").at("cacheScope") ==
        "public");
  // It is open to anyone, but may have been written for who reads it.
  CHECK(fixture.read("acme://terms").at("result").at("cacheScope") == "private");
  CHECK(fixture.read("acme://logo").at("result").at("contents") ==
        *json::parse(R"([{"uri":"acme://logo","mimeType":"image/png","blob":"AQI="}])"));
  CHECK(fixture.read("acme://logo").at("result").at("cacheScope") == "private");
  CHECK(fixture.read("acme://orders/A%2017?lines=4").at("result").at("contents").at(0).at("text") ==
        R"({"number":"A 17","lines":4})");
}

TEST_CASE("what is not there is not found, in the words of each revision") {
  ResourceFixture fixture;
  for (const std::string_view uri :
       {"acme://nothing", "acme://orders/0", "acme://orders/1/2", "acme://orders/1?lines=x", "acme://orders/",
        "file:///etc/passwd", "acme://orders/../terms"}) {
    CAPTURE(uri);
    CHECK(fixture.read(uri).at("error").at("code") == -32602);
    CHECK(fixture.read(uri).at("error").at("data") == json::Object{{"uri", uri}});
  }
  const std::string session = fixture.initialize("2025-11-25", fixture.alice);
  CHECK(error_code(fixture.in_session(session, "resources/read", R"({"uri":"acme://nothing"})")) == -32002);
  CHECK(error_code(fixture.in_session(session, "resources/read", R"({})")) == -32602);
}

TEST_CASE("a resource is as guarded as a tool") {
  ResourceFixture fixture;
  http::Request secret = ResourceFixture::reading("acme://secrets/1");
  const auto denied = run_ready(fixture.endpoint.handle(secret, shared(&fixture.alice)));
  REQUIRE_FALSE(denied);
  CHECK(denied.error().reason == Denied::Reason::scopes);
  CHECK(fixture.send(ResourceFixture::reading("acme://terms"), nullptr).status == 200);
  http::Request logo_request = ResourceFixture::reading("acme://logo");
  const auto nobody = run_ready(fixture.endpoint.handle(logo_request, nullptr));
  REQUIRE_FALSE(nobody);
  CHECK(nobody.error().reason == Denied::Reason::sign_in);
}

TEST_CASE("who listens hears of what it watches, of its own user's in their organization, until its token ends") {
  ResourceFixture fixture;
  Principal alice = fixture.alice;
  alice.authorized_until = fixture.test.clock.now() + 1h - 1s;
  Exchange watching{
      .request = ResourceFixture::listening(
          R"({"toolsListChanged":true,"resourceSubscriptions":["acme://orders/17","acme://secrets/1","x:y"]})")};
  Exchange elsewhere{.request = ResourceFixture::listening(R"({"resourceSubscriptions":["acme://orders/18"]})")};
  Exchange bobs{.request = ResourceFixture::listening(R"({"resourceSubscriptions":["acme://orders/17"]})")};
  Exchange of_another{.request = ResourceFixture::listening(R"({"resourceSubscriptions":["acme://orders/17"]})")};
  const Principal in_another{.user_id = alice.user_id, .organization_id = "org_2"};
  watching.start(fixture.endpoint, alice);
  of_another.start(fixture.endpoint, in_another);
  elsewhere.start(fixture.endpoint, alice);
  bobs.start(fixture.endpoint, fixture.bob);
  REQUIRE(watching.events.size() == 1);
  CHECK(*json::parse(watching.events[0].data) ==
        *json::parse(R"({"jsonrpc":"2.0","method":"notifications/subscriptions/acknowledged","params":{
          "_meta":{"io.modelcontextprotocol/subscriptionId":1},
          "notifications":{"resourceSubscriptions":["acme://orders/17"]}}})"));

  fixture.send(Fixture::call("change", "{}"));
  REQUIRE(watching.events.size() == 2);
  CHECK(*json::parse(watching.events[1].data) ==
        *json::parse(R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{
          "uri":"acme://orders/17","_meta":{"io.modelcontextprotocol/subscriptionId":1}}})"));
  CHECK(elsewhere.events.size() == 1);
  CHECK(bobs.events.size() == 1);
  CHECK(of_another.events.size() == 1);

  fixture.test.clock.advance(limits::stream_keep_alive);
  CHECK(watching.comments == 1);
  fixture.test.clock.advance(1h);
  CHECK(watching.ended);
  CHECK(*json::parse(watching.events.back().data) ==
        *json::parse(R"({"jsonrpc":"2.0","id":1,"result":{"resultType":"complete",
          "_meta":{"io.modelcontextprotocol/serverInfo":{"name":"acme","version":"1.2.3"},
                   "io.modelcontextprotocol/subscriptionId":1}}})"));
}

TEST_CASE("a session's stream tells what the session subscribed to, and a new one takes its place") {
  ResourceFixture fixture;
  const std::string session = fixture.initialize("2025-11-25", fixture.alice);
  const std::string other = fixture.initialize("2025-11-25", fixture.alice);
  CHECK(fixture.in_session(session, "resources/subscribe", R"({"uri":"acme://orders/17"})").status == 200);
  CHECK(error_code(fixture.in_session(session, "resources/subscribe", R"({"uri":"acme://nothing"})")) == -32002);
  Exchange first{.request = ResourceFixture::get(session)};
  Exchange silent{.request = ResourceFixture::get(other)};
  first.start(fixture.endpoint, fixture.alice);
  silent.start(fixture.endpoint, fixture.alice);
  fixture.send(Fixture::call("change", "{}"));
  REQUIRE(first.events.size() == 1);
  CHECK(*json::parse(first.events[0].data) ==
        *json::parse(
            R"({"jsonrpc":"2.0","method":"notifications/resources/updated","params":{"uri":"acme://orders/17"}})"));
  CHECK(silent.events.empty());

  Exchange second{.request = ResourceFixture::get(session)};
  second.start(fixture.endpoint, fixture.alice);
  CHECK(first.ended);
  fixture.in_session(session, "resources/unsubscribe", R"({"uri":"acme://orders/17"})");
  fixture.send(Fixture::call("change", "{}"));
  CHECK(second.events.empty());

  http::Request end{.method = http::Method::delete_, .target = "/mcp"};
  end.headers.set("Mcp-Session-Id", session);
  CHECK(fixture.send(end).status == 204);
  CHECK(second.ended);
  CHECK_FALSE(silent.ended);
  CHECK(fixture.send(ResourceFixture::get(session)).status == 404);
}

TEST_CASE("a session that wants to hear of too much is told so, as who listens is") {
  ResourceFixture fixture;
  const std::string session = fixture.initialize("2025-11-25", fixture.alice);
  auto subscribe = [&](std::size_t number) {
    return error_code(fixture.in_session(session, "resources/subscribe",
                                         R"({"uri":"acme://orders/)" + std::to_string(number) + R"("})"));
  };
  for (std::size_t i = 0; i < limits::watched_resources_max; ++i) CHECK(subscribe(i) == 0);
  CHECK(subscribe(limits::watched_resources_max) == -32602);
  CHECK(subscribe(1) == 0);
}

TEST_CASE("a slow reader is told the same once") {
  ResourceFixture fixture;
  http::Response response =
      fixture.send(ResourceFixture::listening(R"({"resourceSubscriptions":["acme://orders/17"]})"));
  for (int i = 0; i < 1000; ++i) fixture.send(Fixture::call("change", "{}"));
  const auto events = run_ready(response.stream->next());
  REQUIRE(events);
  CHECK(http::SseParser{}.feed(*events)->size() == 2);
}

TEST_CASE("a template that its function cannot take is told at the start") {
  struct Wrong {
    const char* uri;
    const char* says;
  };
  for (const auto& [uri, says] : {Wrong{"acme://{other}", "\"other\""},
                                  {"acme://x/{+lines}", "\"number\""},
                                  {"no-scheme/{number}", "scheme"},
                                  {"acme://{number", "}"}}) {
    CAPTURE(uri);
    App app{"acme", "1"};
    app.resource_template(uri, "order", "", order);
    REQUIRE_FALSE(app.check());
    CHECK(app.check().error().message.contains(says));
  }
}
