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
  CHECK(json::encode(orders) == value);
  CHECK(decode<Orders>(value) == orders);
}

TEST_CASE("a described struct takes names, defaults and constraints from its fields") {
  auto search = decode<SearchOrders>(value_of(R"({"query":"shoes","orderedAfter":"2024-02-29"})"));
  REQUIRE(search);
  CHECK(search->query == "shoes");
  CHECK(search->limit == 20);
  CHECK(search->after == "2024-02-29");
  CHECK(json::encode(*search) ==
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
  CHECK(decode<Tree>(json::encode(tree)) == tree);
  CHECK(json::schema<Tree>() == object_of(R"({"type":"object","properties":{"name":{"type":"string"},
      "children":{"type":"array","items":{"$ref":"#"}}},"required":["name","children"]})"));
}
