#include "postern/audit/arguments_digest.hpp"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "postern/base/encoding.hpp"
#include "postern/json/writer.hpp"

namespace postern::audit {
namespace {

constexpr std::size_t digest_bytes = 16;
constexpr double exact_integer_max = 9007199254740992.0;  // 2^53

void append_canonical(std::string& out, const json::Value& value);

void append_object(std::string& out, const json::Object& object) {
  using Member = json::Object::value_type;
  const auto is_before = [](const Member* one, const Member* other) {
    return std::string_view{one->key()} < std::string_view{other->key()};
  };
  std::vector<const Member*> members;  // sorted as they come: a sort would be three kilobytes of module
  members.reserve(object.size());
  for (const Member& member : object)
    members.insert(std::upper_bound(members.begin(), members.end(), &member, is_before), &member);
  json::ObjectWriter writer{out};
  for (const Member* member : members) append_canonical(writer.member(member->key()), member->value());
  writer.end();
}

// The depth of what was parsed is bounded.
void append_canonical(std::string& out, const json::Value& value) {
  if (const json::Object* object = value.if_object()) return append_object(out, *object);
  if (const json::Array* array = value.if_array()) {
    out += '[';
    for (const json::Value& element : *array) {
      if (&element != array->data()) out += ',';
      append_canonical(out, element);
    }
    out += ']';
    return;
  }
  const double* number = value.if_double();
  if (number && std::abs(*number) <= exact_integer_max && std::trunc(*number) == *number)
    return json::append(out, static_cast<std::int64_t>(*number));
  out += json::serialize(value);
}

}  // namespace

std::string arguments_digest(Crypto& crypto, const Secret& key, std::string_view name, const json::Value& arguments) {
  std::string text{name};
  text += '\n';
  append_canonical(text, arguments);
  return base64url_encode(crypto.hmac_sha256(key.reveal(), text).substr(0, digest_bytes));
}

}  // namespace postern::audit
