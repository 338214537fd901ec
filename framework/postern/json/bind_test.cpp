#include "postern/json/bind.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

using namespace postern;
using json::decode;
using json::UnknownMembers;

namespace {

enum class Status {
  open,
  paid,
  delete_,
};
enum class Level : std::uint8_t { low = 1, high = 255 };

struct Order {
  std::string number;
  Status status;
  std::optional<double> total;
  bool operator==(const Order&) const = default;
};
struct Orders {
  std::vector<Order> orders;
  bool operator==(const Orders&) const = default;
};

struct SearchOrders {
  std::string query;
  int limit = 20;
  bool archived = false;
  std::optional<std::string> after;
  std::vector<std::string> tags;

  static constexpr auto schema = json::fields(
      json::field<&SearchOrders::query>("Free text to look for", json::length{1, 40}),
      json::field<&SearchOrders::limit>("How many to return", json::range{1, 100}),
      json::field<&SearchOrders::archived>(),
      json::field<&SearchOrders::after>("Ordered on or after", json::format{"date"}, json::named{"orderedAfter"}),
      json::field<&SearchOrders::tags>("Only with these tags", json::items{.max = 3}, json::optional_field));
};

struct Everything {
  bool flag;
  std::int8_t tiny;
  std::uint16_t port;
  std::int64_t large;
  std::uint64_t larger;
  float ratio = 0.5F;
  double share;
  std::string code;
  std::string id;
  Status status;
  Level level = Level::high;
  TimePoint at;
  std::map<std::string, int> stock;
  std::variant<std::string, int, Order> either;
  std::vector<std::optional<int>> gaps;
  std::optional<std::vector<bool>> flags;
  json::Value anything;
  json::Object object;
  json::Array array;
  std::monostate nothing;
  Strong<struct UserTag> user;
  Order order;

  static constexpr auto schema = json::fields(
      json::field<&Everything::flag>(), json::field<&Everything::tiny>(), json::field<&Everything::port>(),
      json::field<&Everything::large>("", json::range{.min = -5}), json::field<&Everything::larger>(),
      json::field<&Everything::ratio>(), json::field<&Everything::share>("", json::range{0, 0.5}),
      json::field<&Everything::code>("", json::pattern{"^[A-Z]{2}$"}),
      json::field<&Everything::id>("", json::format{"uuid"}), json::field<&Everything::status>(),
      json::field<&Everything::level>(), json::field<&Everything::at>(),
      json::field<&Everything::stock>("", json::items{1, 2}), json::field<&Everything::either>(),
      json::field<&Everything::gaps>(), json::field<&Everything::flags>("", json::items{.min = 1}, json::required),
      json::field<&Everything::anything>(), json::field<&Everything::object>(), json::field<&Everything::array>(),
      json::field<&Everything::nothing>(), json::field<&Everything::user>(), json::field<&Everything::order>());
};

constexpr std::string_view everything_text = R"({
  "flag": true, "tiny": -128, "port": 65535, "large": 9223372036854775807, "larger": 18446744073709551615, "ratio": 0.25,
  "share": 0.125, "code": "AB", "id": "f81d4fae-7dec-11d0-a765-00a0c91e6bf6", "status": "paid", "level": "low",
  "at": "2026-01-31T12:00:00.250Z", "stock": {"a": 1, "b": 2}, "either": {"number": "1", "status": "open"}, "gaps": [1, null],
  "flags": [true, false], "anything": [{"x": null}], "object": {"x": 1}, "array": [1, "a"], "nothing": null, "user": "user_1",
  "order": {"number": "2", "status": "delete", "total": 1.5}})";

// What can be seen of a member's initialiser.
struct Initialised {
  int none;
  int zero = 0;
  bool no = false;
  Status open = Status::open;
  std::string text;
  std::string filled = "x";
  std::vector<int> list = {1};
  std::optional<int> maybe;
  std::optional<int> likely = 3;
  std::optional<Level> level;
};

namespace one {
struct Node {
  std::vector<Node> next;
};
}  // namespace one
namespace two {
struct Node {
  std::map<std::string, Node> next;
};
}  // namespace two
struct TwoNodes {
  one::Node first;
  two::Node second;
  one::Node third;
};

struct Tree {
  std::string name;
  std::vector<Tree> children;
  bool operator==(const Tree&) const = default;
};

json::Value value_of(std::string_view text) { return json::parse(text).value(); }
json::Object object_of(std::string_view text) { return value_of(text).as_object(); }

template <class T>
std::string problem_of(std::string_view text, UnknownMembers unknown = UnknownMembers::refuse) {
  auto decoded = decode<T>(value_of(text), unknown);
  return decoded ? "none" : decoded.error().message;
}

}  // namespace

TEST_CASE("a plain struct is encoded and decoded by the names of its members") {
  const Orders orders{{{"A-17", Status::open, std::nullopt}, {"A-18", Status::delete_, 9.5}}};
  const auto value =
      value_of(R"({"orders":[{"number":"A-17","status":"open"},{"number":"A-18","status":"delete","total":9.5}]})");
  CHECK(value_of(json::encode(orders)) == value);
  CHECK(decode<Orders>(value) == orders);
}

TEST_CASE("a described struct takes names, defaults and constraints from its fields") {
  auto search = decode<SearchOrders>(value_of(R"({"query":"shoes","orderedAfter":"2024-02-29"})"));
  REQUIRE(search);
  CHECK(search->query == "shoes");
  CHECK(search->limit == 20);
  CHECK(search->after == "2024-02-29");
  CHECK(value_of(json::encode(*search)) ==
        value_of(R"({"query":"shoes","limit":20,"archived":false,"orderedAfter":"2024-02-29","tags":[]})"));
}

TEST_CASE("a schema says what decoding accepts") {
  CHECK(json::schema<SearchOrders>(UnknownMembers::refuse) == object_of(R"({
    "type": "object",
    "properties": {
      "query": {"type": "string", "minLength": 1, "maxLength": 40, "description": "Free text to look for"},
      "limit": {"type": "integer", "minimum": 1, "maximum": 100, "description": "How many to return", "default": 20},
      "archived": {"type": "boolean", "default": false},
      "orderedAfter": {"type": "string", "format": "date", "description": "Ordered on or after"},
      "tags": {"type": "array", "items": {"type": "string"}, "maxItems": 3, "description": "Only with these tags", "default": []}
    },
    "required": ["query"],
    "additionalProperties": false})"));
  CHECK(json::schema<Orders>() == object_of(R"({
    "type": "object",
    "properties": {"orders": {"type": "array", "items": {
      "type": "object",
      "properties": {"number": {"type": "string"}, "status": {"type": "string", "enum": ["open", "paid", "delete"]},
                     "total": {"type": "number"}},
      "required": ["number", "status"]}}},
    "required": ["orders"]})"));
}

TEST_CASE("a problem names the place, what was expected and what came") {
  const struct {
    std::string_view input;
    std::string_view problem;
  } rows[] = {
      {R"({"query":"a","limit":500})", "limit: expected an integer from 1 to 100, got 500"},
      {R"({"query":"a","limit":"20"})", "limit: expected an integer from 1 to 100, got \"20\""},
      {R"({"query":"a","limit":1.5})", "limit: expected an integer from 1 to 100, got 1.5E0"},
      {R"({"query":"a","limit":null})", "limit: expected an integer from 1 to 100, got null"},
      {R"({"query":"a","limit":20.0})", "none"},
      {R"({"query":"a","limit":1e2})", "none"},
      {R"({})", "query: missing; expected a string of 1 to 40 characters: Free text to look for"},
      {R"({"query":""})", "query: expected a string of 1 to 40 characters, got \"\""},
      {R"({"query":["a"]})", "query: expected a string of 1 to 40 characters, got an array of 1"},
      {R"({"query":"a","orderedAfter":null})", "none"},
      {R"({"query":"a","orderedAfter":"2023-02-29"})",
       "orderedAfter: expected a date like \"2026-01-31\", got \"2023-02-29\""},
      {R"({"query":"a","archived":0})", "archived: expected true or false, got 0"},
      {R"({"query":"a","tags":["a","b","c","d"]})", "tags: expected an array of up to 3 items, got an array of 4"},
      {R"({"query":"a","tags":["a",{}]})", "tags[1]: expected a string, got an object"},
      {R"({"query":"a","Limit":1})",
       R"(Limit: not known here; known are "query", "limit", "archived", "orderedAfter", "tags")"},
      {R"({"limit":0,"archived":1})",
       "query: missing; expected a string of 1 to 40 characters: Free text to look for; "
       "limit: expected an integer from 1 to 100, got 0; archived: expected true or false, got 1"},
      {"[]", "expected an object, got an array of 0"},
      {"null", "expected an object, got null"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.input);
    CHECK(problem_of<SearchOrders>(row.input) == row.problem);
  }
  CHECK(problem_of<Orders>(R"({"orders":[{"number":"1","status":"open"},{"number":"2","status":"opne"}]})") ==
        R"(orders[1].status: expected one of "open", "paid", "delete", got "opne")");
}

TEST_CASE("members that the struct does not have are ignored or refused, also inside") {
  constexpr std::string_view text = R"({"orders":[{"number":"1","status":"open","new":{"x":1}}],"next":null})";
  CHECK(problem_of<Orders>(text, UnknownMembers::ignore) == "none");
  CHECK(problem_of<Orders>(text) == R"(orders[0].new: not known here; known are "number", "status", "total"; )"
                                    R"(next: not known here; known are "orders")");
}

TEST_CASE("a struct may contain itself") {
  const Tree tree{"root", {{"leaf", {}}}};
  CHECK(decode<Tree>(value_of(json::encode(tree))) == tree);
  CHECK(json::schema<Tree>() == object_of(R"({"type":"object","properties":{"name":{"type":"string"},
      "children":{"type":"array","items":{"$ref":"#"}}},"required":["name","children"]})"));
}

// The right side is written by hand from the JSON Schema 2020-12 validation vocabulary.
TEST_CASE("every kind of type has its schema") {
  CHECK(json::schema<Everything>() == object_of(R"({
    "type": "object",
    "properties": {
      "flag": {"type": "boolean"},
      "tiny": {"type": "integer", "minimum": -128, "maximum": 127},
      "port": {"type": "integer", "minimum": 0, "maximum": 65535},
      "large": {"type": "integer", "minimum": -5},
      "larger": {"type": "integer", "minimum": 0},
      "ratio": {"type": "number", "default": 0.5},
      "share": {"type": "number", "minimum": 0, "maximum": 0.5},
      "code": {"type": "string", "pattern": "^[A-Z]{2}$"},
      "id": {"type": "string", "format": "uuid"},
      "status": {"type": "string", "enum": ["open", "paid", "delete"]},
      "level": {"type": "string", "enum": ["low", "high"], "default": "high"},
      "at": {"type": "string", "format": "date-time"},
      "stock": {"type": "object", "additionalProperties": {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
                "minProperties": 1, "maxProperties": 2},
      "either": {"anyOf": [{"type": "string"}, {"type": "integer", "minimum": -2147483648, "maximum": 2147483647},
                 {"type": "object", "properties": {"number": {"type": "string"},
                  "status": {"type": "string", "enum": ["open", "paid", "delete"]}, "total": {"type": "number"}},
                  "required": ["number", "status"]}]},
      "gaps": {"type": "array", "items": {"anyOf": [
                {"type": "integer", "minimum": -2147483648, "maximum": 2147483647}, {"type": "null"}]}},
      "flags": {"type": "array", "items": {"type": "boolean"}, "minItems": 1},
      "anything": {},
      "object": {"type": "object"},
      "array": {"type": "array"},
      "nothing": {"type": "null"},
      "user": {"type": "string"},
      "order": {"type": "object", "properties": {"number": {"type": "string"},
                  "status": {"type": "string", "enum": ["open", "paid", "delete"]}, "total": {"type": "number"}},
                  "required": ["number", "status"]}
    },
    "required": ["flag", "tiny", "port", "large", "larger", "share", "code", "id", "status", "at", "stock", "either", "gaps",
                 "flags", "anything", "object", "array", "nothing", "user", "order"]})"));
}

TEST_CASE("a schema lists members in the order of the struct") {
  CHECK(
      json::serialize(json::schema<Order>()) ==
      R"({"type":"object","properties":{"number":{"type":"string"},"status":{"type":"string","enum":["open","paid","delete"]},)"
      R"("total":{"type":"number"}},"required":["number","status"]})");
}

TEST_CASE("every kind of type survives the way there and back") {
  const json::Value value = value_of(everything_text);
  auto decoded = decode<Everything>(value, UnknownMembers::refuse);
  REQUIRE(decoded);
  CHECK(value_of(json::encode(*decoded)) == value);
}

TEST_CASE("each type refuses what is not of it") {
  const struct {
    std::string_view member;
    std::string_view text;
    std::string_view problem;
  } rows[] = {
      {"flag", "\"true\"", "expected true or false, got \"true\""},
      {"tiny", "128", "expected an integer from -128 to 127, got 128"},
      {"tiny", "\"1\"", "expected an integer, got \"1\""},
      {"tiny", "-128.5", "expected an integer from -128 to 127, got -1.285E2"},
      {"port", "-1", "expected an integer from 0 to 65535, got -1"},
      {"large", "9223372036854775808", "expected an integer of -5 or more, got 9223372036854775808"},
      {"large", "-6", "expected an integer of -5 or more, got -6"},
      {"larger", "18446744073709551616", "expected an integer of 0 or more, got 1.8446744073709552E19"},
      {"larger", "-1", "expected an integer of 0 or more, got -1"},
      {"ratio", "1e300", "expected a number, got 1E300"},
      {"share", "0.51", "expected a number from 0 to 0.5, got 5.1E-1"},
      {"code", "\"ab\"", "expected a string that matches ^[A-Z]{2}$, got \"ab\""},
      {"id", "\"1\"", "expected a UUID, got \"1\""},
      {"status", "1", "expected one of \"open\", \"paid\", \"delete\", got 1"},
      {"status", "\"delete_\"", "expected one of \"open\", \"paid\", \"delete\", got \"delete_\""},
      {"at", "\"yesterday\"", "expected a date and time like \"2026-01-31T12:00:00Z\", got \"yesterday\""},
      {"at", "0", "expected a date and time like \"2026-01-31T12:00:00Z\", got 0"},
      {"stock", "{}", "expected an object of 1 to 2 members, got an object"},
      {"either", "true", "expected a string or an integer or an object, got true"},
      {"gaps", "{}", "expected an array, got an object"},
      {"flags", "[]", "expected an array of 1 or more items, got an array of 0"},
      {"object", "[]", "expected an object, got an array of 0"},
      {"array", "null", "expected an array, got null"},
      {"nothing", "0", "expected null, got 0"},
      {"user", "1", "expected a string, got 1"},
  };
  for (const auto& row : rows) {
    CAPTURE(row.member);
    CAPTURE(row.text);
    json::Value value = value_of(everything_text);
    value.as_object()[row.member] = value_of(row.text);
    auto decoded = decode<Everything>(value);
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error() == Error{Error::Kind::invalid, std::string{row.member} + ": " + std::string{row.problem}});
  }
  json::Value inside = value_of(everything_text);
  inside.as_object()["either"] = value_of(R"({"number":"1","status":"lost"})");
  inside.as_object()["stock"] = value_of(R"({"a":"1"})");
  CHECK(
      decode<Everything>(inside).error().message ==
      R"(stock.a: expected an integer, got "1"; either.status: expected one of "open", "paid", "delete", got "lost")");
}

TEST_CASE("a member is required unless it is optional or its default can be seen") {
  const json::Object schema = json::schema<Initialised>();
  CHECK(schema.at("required") == value_of(R"(["none","text"])"));
  const auto decoded = decode<Initialised>(value_of(R"({"none":7,"text":"t"})"));
  REQUIRE(decoded);
  CHECK(decoded->filled == "x");
  CHECK(decoded->list == std::vector{1});
  CHECK(decoded->likely == 3);
  CHECK(schema.at("properties").at("likely").at("default") == 3);
  CHECK(schema.at("properties").at("no").at("default") == false);
}

TEST_CASE("types that contain themselves go to $defs, each under a name of its own") {
  CHECK(json::schema<TwoNodes>() == object_of(R"({"type":"object",
    "properties":{"first":{"$ref":"#/$defs/Node"},"second":{"$ref":"#/$defs/Node_"},"third":{"$ref":"#/$defs/Node"}},
    "required":["first","second","third"],
    "$defs":{
      "Node":{"type":"object","properties":{"next":{"type":"array","items":{"$ref":"#/$defs/Node"}}},"required":["next"]},
      "Node_":{"type":"object","properties":{"next":{"type":"object","additionalProperties":{"$ref":"#/$defs/Node_"}}},
               "required":["next"]}}})"));
}

TEST_CASE("up to five problems are told, and little of the input is repeated") {
  std::string text = R"({"orders":[)";
  for (int i = 0; i < 1000; ++i) text += i ? ",0" : "0";
  const std::string problem = problem_of<Orders>(text + "]}");
  CHECK(problem.starts_with("orders[0]: expected an object, got 0; orders[1]: "));
  CHECK(problem.ends_with("orders[4]: expected an object, got 0; and more"));

  const std::string long_text(100'000, 'x');
  CHECK(problem_of<SearchOrders>(R"({"query":")" + long_text + "\"}").size() < 200);
  CHECK(problem_of<SearchOrders>(R"({"query":"a",")" + long_text + "\":1}").size() < 300);
  std::string snowmen;
  for (int i = 0; i < 100; ++i) snowmen += "\u2603";
  CHECK(json::parse(json::serialize(json::Value(problem_of<SearchOrders>(R"({"query":")" + snowmen + "\"}")))));
}

TEST_CASE("lengths count code points, not bytes") {
  std::string forty;
  for (int i = 0; i < 40; ++i) forty += "\U0001F600";
  CHECK(problem_of<SearchOrders>(R"({"query":")" + forty + "\"}") == "none");
  CHECK(problem_of<SearchOrders>(R"({"query":")" + forty + "x\"}") != "none");
}

TEST_CASE("what JSON has no word for becomes null") {
  CHECK(json::encode(std::numeric_limits<double>::infinity()) == "null");
  CHECK(json::encode(std::numeric_limits<double>::quiet_NaN()) == "null");
  CHECK(json::encode(static_cast<Status>(99)) == "null");
}
