#include "postern/mcp/form.hpp"

#include <chrono>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include <doctest/doctest.h>

#include "postern/base/time.hpp"
#include "postern/mcp.hpp"

using namespace postern;
using namespace postern::mcp;

namespace {

enum class Color { red, green };
struct Nested {
  std::string street;
};

struct Everything {
  std::string name;
  std::optional<int> age;
  double score = 95.5;
  bool sure = false;
  Color color = Color::red;
  std::vector<Color> others;
  TimePoint due;
  std::string mail;

  static constexpr auto schema =
      fields(field<&Everything::name>("Name", length{1, 80}), field<&Everything::age>("Age", range{0, 150}),
             field<&Everything::score>(), field<&Everything::sure>(), field<&Everything::color>(),
             field<&Everything::others>("Others", items{.min = 1, .max = 2}), field<&Everything::due>(),
             field<&Everything::mail>("Mail", format{"email"}));
};
struct WithPattern {
  std::string code;
  static constexpr auto schema = fields(field<&WithPattern::code>("Code", pattern{"^[A-Z]+$"}));
};
struct WithUuid {
  std::string id;
  static constexpr auto schema = fields(field<&WithUuid::id>("Id", format{"uuid"}));
};
template <class Member>
struct Holding {
  Member member;
};

static_assert(Form<Everything>);
static_assert(Form<Holding<std::optional<std::vector<Color>>>>);
static_assert(!Form<Holding<Nested>>);
static_assert(!Form<Holding<std::optional<Nested>>>);
static_assert(!Form<Holding<std::vector<std::string>>>);
static_assert(!Form<Holding<std::vector<Nested>>>);
static_assert(!Form<Holding<std::map<std::string, int>>>);
static_assert(!Form<Holding<std::variant<int, std::string>>>);
static_assert(!Form<Holding<json::Value>>);
static_assert(!Form<WithPattern>);
static_assert(!Form<WithUuid>);
static_assert(!Form<std::string>);

}  // namespace

// 2026-07-28, schema.ts, PrimitiveSchemaDefinition.
TEST_CASE("each field of a form becomes one of the schemas that clients know, with its default") {
  const json::Object schema = json::schema<Everything>();
  CHECK(json::Value(*json::find(schema, "properties")) == *json::parse(R"({
    "name": {"type": "string", "minLength": 1, "maxLength": 80, "description": "Name"},
    "age": {"type": "integer", "minimum": 0, "maximum": 150, "description": "Age"},
    "score": {"type": "number", "default": 95.5},
    "sure": {"type": "boolean", "default": false},
    "color": {"type": "string", "enum": ["red", "green"], "default": "red"},
    "others": {"type": "array", "items": {"type": "string", "enum": ["red", "green"]}, "minItems": 1, "maxItems": 2,
               "description": "Others"},
    "due": {"type": "string", "format": "date-time"},
    "mail": {"type": "string", "format": "email", "description": "Mail"}})"));
}
