#include "postern/mcp/api_client.hpp"

#include <doctest/doctest.h>

#include <limits>
#include <string>
#include <vector>

#include "postern/testing/tool_test.hpp"

using namespace postern;
using namespace postern::mcp;
using http::Method;
using postern::testing::ToolTest;

namespace {

enum class Colour { red, light_blue };

struct Thing {
  std::string id;
  std::optional<int> size;
};
struct NewThing {
  std::string name;
  Colour colour = Colour::red;
};

Result<Thing> get(ToolTest& test, std::string_view path) { return run_ready(test.call().api().get<Thing>(path)); }

// The app's answer to GET /thing, as the tool sees it.
Result<Thing> answered(int status, std::string body) {
  ToolTest test;
  test.app_answers(Method::get, "/thing", status, std::move(body));
  return get(test, "/thing");
}

// [{"id":"t<from>"}, ...]
std::string things(int from, int to) {
  std::string list = "[";
  for (int i = from; i < to; ++i) list += (i == from ? "" : ",") + ("{\"id\":\"t" + std::to_string(i) + "\"}");
  return list + "]";
}

}  // namespace

TEST_CASE("a successful answer becomes the type, and members it does not name are ignored") {
  for (const int status : {200, 201, 299}) {
    CAPTURE(status);
    const auto thing = answered(status, R"({"id":"t1","size":3,"more":[1]})");
    REQUIRE(thing);
    CHECK(thing->id == "t1");
    CHECK(thing->size == 3);
  }
}

TEST_CASE("what a status says (RFC 9110 sec. 15) becomes the kind of error, in words that an assistant can pass on") {
  struct Row {
    int status;
    Error::Kind kind;
    std::string_view says;
  };
  for (const auto& [status, kind, says] : {
           Row{400, Error::Kind::invalid, "did not accept"}, {401, Error::Kind::unauthorized, "sign in again"},
           {403, Error::Kind::forbidden, "does not allow"},  {404, Error::Kind::not_found, "no such thing"},
           {409, Error::Kind::conflict, "changed it first"}, {410, Error::Kind::not_found, "no such thing"},
           {412, Error::Kind::conflict, "changed it first"}, {422, Error::Kind::invalid, "did not accept"},
           {429, Error::Kind::limited, "Too many requests"}, {500, Error::Kind::unavailable, "not available"},
           {502, Error::Kind::unavailable, "not available"}, {503, Error::Kind::unavailable, "not available"},
           {599, Error::Kind::unavailable, "not available"}, {199, Error::Kind::internal, "unexpected"},
           {300, Error::Kind::internal, "unexpected"},       {302, Error::Kind::internal, "unexpected"},
           {304, Error::Kind::internal, "unexpected"},       {405, Error::Kind::internal, "unexpected"},
           {418, Error::Kind::internal, "unexpected"},
       }) {
    CAPTURE(status);
    const auto thing = answered(status, "");
    REQUIRE_FALSE(thing);
    CHECK(thing.error().kind == kind);
    CHECK(thing.error().message.contains(says));
  }
}

TEST_CASE("the app's own message is passed on, in each form that apps have for it") {
  for (std::string_view body :
       {R"({"error":"It has shipped."})", R"({"message":"It has shipped."})",
        R"({"error":{"message":"It has shipped."}})", R"({"error":"conflict","message":"It has shipped."})",
        R"({"error":{"message":"It has shipped.","code":7}})"}) {
    CAPTURE(body);
    CHECK(answered(409, std::string{body}).error().message == "It has shipped.");
  }
}

TEST_CASE("what is no message of the app's, or too long for one, gives way to ours") {
  std::vector<std::string> bodies{"",
                                  "<h1>Conflict</h1>",
                                  "[]",
                                  "null",
                                  "{}",
                                  R"({"message":""})",
                                  R"({"message":7})",
                                  R"({"error":null})",
                                  R"({"error":[]})",
                                  R"({"message":"a","message":"b"})"};
  bodies.push_back(R"({"message":")" + std::string(1'001, 'x') + R"("})");
  for (const std::string& body : bodies) {
    CAPTURE(body);
    CHECK(answered(409, body).error().message == "Somebody else changed it first.");
  }
}

TEST_CASE("a failure of the app's own keeps its insides to itself") {
  for (const int status : {500, 503, 302, 418}) {
    CAPTURE(status);
    const auto thing = answered(status, R"({"error":"SQLSTATE 42P01 at db7.internal"})");
    CHECK_FALSE(thing.error().message.contains("SQLSTATE"));
  }
}

TEST_CASE("a success that is not what the type says is the app's fault, and says where") {
  const auto other = answered(200, R"({"id":7})");
  REQUIRE_FALSE(other);
  CHECK(other.error().kind == Error::Kind::unavailable);
  CHECK(other.error().message.contains("id"));
  for (std::string_view body : {"<html>", "{", "{\"id\":\"\xff\"}", R"({"id":"a","id":"b"})"}) {
    CAPTURE(body);
    const auto thing = answered(200, std::string{body});
    REQUIRE_FALSE(thing);
    CHECK(thing.error().kind == Error::Kind::unavailable);
  }
}

TEST_CASE("an answer without a body is an empty object") {
  struct Nothing {
    std::optional<int> more;
  };
  ToolTest test;
  test.app_answers(Method::post, "/thing", 204, "");
  CHECK(run_ready(test.call().api().post<Nothing>("/thing")));
  CHECK_FALSE(answered(204, ""));  // a Thing has an id
}

TEST_CASE("what could be another path, or no path at all, is refused before anything is sent") {
  for (std::string_view path : {"",
                                "thing",
                                "//evil.example/thing",
                                "https://evil.example/thing",
                                "/a/../b",
                                "/a/./b",
                                "/..",
                                "/.",
                                "/a//b",
                                "/a/%2e%2e/b",
                                "/a/%2E./b",
                                "/a/%2f/b",
                                "/a%2f..%2fb",
                                "/a?b",
                                "/a#b",
                                "/a;b",
                                "/a b",
                                "/a\\b",
                                "/a%5c..%5cb",
                                "/%",
                                "/%4",
                                "/%zz",
                                "/a%00",
                                "/a%0d%0aX: y",
                                "/a\r\nX: y",
                                "/a\x7f",
                                "@evil.example",
                                ":8080/x"}) {
    CAPTURE(path);
    ToolTest test;
    const auto thing = get(test, path);
    REQUIRE_FALSE(thing);
    CHECK(thing.error().kind == Error::Kind::invalid);
    CHECK(test.app_requests().empty());
  }
}

TEST_CASE("paths that are only paths are sent as they are") {
  for (std::string_view path : {"/", "/thing", "/thing/", "/a.b/..c/d..", "/caf%C3%A9", "/a%20b", "/%2e%2e%2e"}) {
    CAPTURE(path);
    ToolTest test;
    (void)get(test, path);
    REQUIRE(test.app_requests().size() == 1);
    CHECK(test.app_requests().front().path == path);
  }
}

TEST_CASE("a segment can never become another path") {
  for (std::string_view hostile : {"../admin", "a/b", "a?b=c", "a#b", "%2e%2e", "a\r\nX: y", "caf\xc3\xa9", ""}) {
    CAPTURE(hostile);
    const std::string made = path("/api/orders/{}/cancel", hostile);
    CHECK(made.starts_with("/api/orders/"));
    CHECK(made.ends_with("/cancel"));
    CHECK(std::ranges::count(made, '/') == 4);
    CHECK(made.find_first_of("?#\r\n ") == std::string::npos);
  }
  CHECK(path("/a/{}/b/{}", "x y", "z") == "/a/x%20y/b/z");
}

TEST_CASE("a dotted segment is refused even where percent-coding leaves it alone") {
  ToolTest test;
  CHECK_FALSE(get(test, path("/api/orders/{}/cancel", "..")));
  CHECK_FALSE(get(test, path("/api/orders/{}/cancel", "")));
  CHECK(test.app_requests().empty());
}

TEST_CASE("a query has each kind of value as text, form-encoded, and leaves out what is empty") {
  ToolTest test;
  const std::optional<std::string> absent;
  (void)run_ready(test.call().api().get<Thing>("/thing", {{"text", "a&b=c d"},
                                                          {"flag", true},
                                                          {"off", false},
                                                          {"number", -7},
                                                          {"big", std::numeric_limits<std::uint64_t>::max()},
                                                          {"colour", Colour::light_blue},
                                                          {"maybe", std::optional{3}},
                                                          {"absent", absent},
                                                          {"empty", ""},
                                                          {"\xc3\xa9", "+%"}}));
  REQUIRE(test.app_requests().size() == 1);
  CHECK(test.app_requests().front().path ==
        "/thing?text=a%26b%3Dc+d&flag=true&off=false&number=-7&big=18446744073709551615&colour=light_blue&maybe=3&"
        "empty=&%C3%A9=%2B%25");
  (void)run_ready(test.call().api().get<Thing>("/thing", {{"absent", absent}}));
  CHECK(test.app_requests().back().path == "/thing");
}

TEST_CASE("what changes something needs no answer, and reads none that it was not asked to") {
  ToolTest test;
  test.app_answers(Method::put, "/things/t1", 200, R"({"id":"t1"})");
  test.app_answers(Method::delete_, "/things/t1", 204, "");
  test.app_answers(Method::post, "/things/t1/touch", 202, "Accepted");
  test.app_answers(Method::patch, "/things/t1", 409, R"({"message":"It has shipped."})");
  const ApiClient app = test.call().api();
  CHECK(run_ready(app.put<Thing>("/things/t1", NewThing{.name = "a"}))->id == "t1");
  CHECK(test.app_requests().back().body == R"({"name":"a","colour":"red"})");
  CHECK(run_ready(app.delete_("/things/t1")));
  CHECK(run_ready(app.post("/things/t1/touch")));
  CHECK(run_ready(app.patch("/things/t1", NewThing{})).error().message == "It has shipped.");
  CHECK(run_ready(app.delete_("/things/t2")).error().kind == Error::Kind::not_found);
  CHECK(run_ready(app.delete_("/../things")).error().kind == Error::Kind::invalid);
}

TEST_CASE("an answer may hold more than what strangers may send, and one that is not understood says why") {
  std::string many = R"({"id":"t1","more":[0)";
  for (std::size_t i = 0; i < limits::json_values_max; ++i) many += ",0";
  many += "],\"keys\":{\"k\":0";
  for (std::size_t i = 0; i < limits::json_keys_per_object_max; ++i) many += ",\"k" + std::to_string(i) + "\":0";
  CHECK(answered(200, many + "}}"));
  const auto broken = answered(200, R"({"id":"t1",})");
  REQUIRE_FALSE(broken);
  CHECK(broken.error().message.starts_with("The app's answer was not understood: malformed JSON"));
}

TEST_CASE("a posted struct is its JSON") {
  ToolTest test;
  test.app_answers(Method::post, "/things", 201, R"({"id":"t1"})");
  CHECK(run_ready(test.call().api().post<Thing>("/things", NewThing{.name = "a\"b", .colour = Colour::light_blue})));
  CHECK(test.app_requests().front().body == R"({"name":"a\"b","colour":"light_blue"})");
}

TEST_CASE("without an app it says so") {
  const Principal user{.user_id = "user_1"};
  const auto thing = run_ready(ApiClient{nullptr, &user, "The app"}.get<Thing>("/thing"));
  REQUIRE_FALSE(thing);
  CHECK(thing.error().kind == Error::Kind::unavailable);
  CHECK(thing.error().message == "The app is not configured for this server.");
}

TEST_CASE("for nobody every request fails before anything is sent, and says what it lacks") {
  ToolTest nobody{Caller{}};
  CHECK(nobody.call().caller() == nullptr);
  const ApiClient app = nobody.call().api();
  const ApiClient clerk = nobody.call().clerk();
  for (const auto& error :
       {get(nobody, "/thing").error(), run_ready(app.post<Thing>("/thing")).error(),
        run_ready(app.list<Thing>("/things")).error(), run_ready(clerk.get<Thing>("/v1/users/user_1")).error()}) {
    CHECK(error.kind == Error::Kind::unauthorized);
    CHECK(error.message == "This needs somebody who is signed in.");
  }
  CHECK(nobody.app_requests().empty());
  CHECK(nobody.clerk_requests().empty());
}

TEST_CASE("a list is read page by page, until one is empty or the total is reached") {
  ToolTest test;
  test.app_answers(Method::get, "/things?q=x&limit=100&offset=0", 200, things(0, 100));
  test.app_answers(Method::get, "/things?q=x&limit=100&offset=100", 200,
                   things(100, 130));  // its own limit, or the end
  test.app_answers(Method::get, "/things?q=x&limit=100&offset=130", 200, "[]");
  const auto all = run_ready(test.call().api().list<Thing>("/things", {{"q", "x"}}));
  REQUIRE(all);
  CHECK(all->size() == 130);
  CHECK(all->back().id == "t129");
  CHECK(test.app_requests().size() == 3);

  test.clerk_answers(Method::get, "/v1/things?limit=100&offset=0", 200,
                     R"({"data":)" + things(0, 7) + R"(,"total_count":7})");
  CHECK(run_ready(test.call().clerk().list<Thing>("/v1/things"))->size() == 7);
  CHECK(test.clerk_requests().size() == 1);
}

TEST_CASE("what is no list, has no end, or fails in the middle is an error") {
  ToolTest test;
  for (const char* body : {R"({"id":"t1"})", R"({"data":{}})", "7", R"([{"id":1}])"}) {
    test.app_answers(Method::get, "/things?limit=100&offset=0", 200, body);
    test.app_answers(Method::get, "/things?limit=100&offset=1", 200, "[]");
    CHECK(run_ready(test.call().api().list<Thing>("/things")).error().kind == Error::Kind::unavailable);
  }
  for (int offset = 0; offset <= 1'000; offset += 100)
    test.app_answers(Method::get, "/things?limit=100&offset=" + std::to_string(offset), 200,
                     things(offset, offset + 100));
  CHECK(run_ready(test.call().api().list<Thing>("/things")).error().kind == Error::Kind::limited);
  test.app_answers(Method::get, "/things?limit=100&offset=100", 404, "");
  CHECK(run_ready(test.call().api().list<Thing>("/things")).error().kind == Error::Kind::not_found);
  CHECK(run_ready(test.call().api().list<Thing>("/../things")).error().kind == Error::Kind::invalid);
}

TEST_CASE("a list that is not given by limit and offset is given up, and says why") {
  ToolTest test;
  for (const int offset : {0, 3}) {
    test.app_answers(Method::get, "/things?limit=100&offset=" + std::to_string(offset), 200, things(0, 3));
  }
  const auto same = run_ready(test.call().api().list<Thing>("/things"));
  REQUIRE_FALSE(same);
  CHECK(same.error().message.contains("offset"));
  CHECK(test.app_requests().size() == 2);

  test.app_answers(Method::get, "/things?limit=100&offset=0", 200, things(0, 101));
  const auto everything = run_ready(test.call().api().list<Thing>("/things"));
  REQUIRE_FALSE(everything);
  CHECK(everything.error().message.contains("limit"));
  CHECK(test.app_requests().size() == 3);
}

TEST_CASE("Clerk is asked apart from the app, and an error says which of them it was") {
  ToolTest test;
  test.clerk_answers(Method::get, "/v1/users/user_1", 200, R"({"id":"user_1"})");
  CHECK(run_ready(test.call().clerk().get<Thing>("/v1/users/user_1"))->id == "user_1");
  test.clerk_answers(Method::patch, "/v1/users/user_1/metadata", 422, R"({"errors":[{"long_message":"insides"}]})");
  const auto refused = run_ready(test.call().clerk().patch<Thing>("/v1/users/user_1/metadata", NewThing{.name = "x"}));
  CHECK(refused.error().message == "Clerk did not accept this input.");
  CHECK(test.clerk_requests().back().body == R"({"name":"x","colour":"red"})");
  CHECK(test.app_requests().empty());
}
