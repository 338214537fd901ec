#include "postern/clerk/actor.hpp"

#include "postern/base/concat.hpp"

namespace postern::clerk {
namespace {

constexpr std::size_t actor_bytes_max = 256;  // it is in every access token

}  // namespace

std::optional<std::string> find_actor(const json::Object& object, std::string_view name) {
  const json::Value* value = json::find(object, name);
  if (value == nullptr || value->is_null()) return "";
  const json::Object* actor = value->if_object();
  const auto subject = actor == nullptr ? std::nullopt : json::find_string(*actor, "sub");
  if (!subject || subject->empty()) return std::nullopt;
  const auto issuer = json::find_string(*actor, "iss");
  std::string text = issuer ? concat(*subject, " (", *issuer, ")") : std::string{*subject};
  if (text.size() > actor_bytes_max) return std::nullopt;
  return text;
}

}  // namespace postern::clerk
