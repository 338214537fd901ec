#include "emulators/clerk/template_claims.hpp"

#include "emulators/clerk/user_json.hpp"

namespace postern::emulator {

namespace {

std::string_view trim(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(" \t") - first + 1);
}

// "public_metadata.a.b" below `object`.
json::Value walk(const json::Object& object, std::string_view path) {
  const std::size_t dot = path.find('.');
  const json::Value* member = json::find(object, path.substr(0, dot));
  if (!member) return nullptr;
  if (dot == std::string_view::npos) return *member;
  return member->is_object() ? walk(member->get_object(), path.substr(dot + 1)) : json::Value(nullptr);
}

json::Value of_user(const User& user, std::string_view name) {
  if (name == "full_name") return json::Value(user.full_name());
  if (name == "primary_email_address") {
    return user.email_addresses.empty() ? json::Value(nullptr) : json::Value(user.email_addresses.front().text);
  }
  if (name == "primary_phone_number") {
    return user.phone_numbers.empty() ? json::Value(nullptr) : json::Value(user.phone_numbers.front().text);
  }
  if (name.starts_with("private_metadata")) return nullptr;  // never leaves the backend
  return walk(to_json(user), name);
}

json::Value of_organization(const TemplateSubject& subject, std::string_view name) {
  if (!subject.organization) return nullptr;
  if (name == "id") return json::Value(subject.organization->id);
  if (name == "name") return json::Value(subject.organization->name);
  if (name == "slug") return json::Value(subject.organization->slug);
  if (name == "role" && subject.membership) return json::Value(subject.membership->role);
  if (name.starts_with("public_metadata.")) return walk(subject.organization->public_metadata, name.substr(16));
  return nullptr;
}

// A shortcode's path, or a literal: 'text', a number, true or false.
json::Value operand(std::string_view text, const TemplateSubject& subject) {
  if (text.size() >= 2 && text.front() == '\'' && text.back() == '\'') {
    return json::Value(std::string(text.substr(1, text.size() - 2)));
  }
  if (text.starts_with("user.") && subject.user) return of_user(*subject.user, text.substr(5));
  if (text == "session.actor") return subject.actor ? json::Value(*subject.actor) : json::Value(nullptr);
  if (text.starts_with("org.")) return of_organization(subject, text.substr(4));
  const auto literal = json::parse(text);
  return literal && !literal->is_structured() && !literal->is_string() ? *literal : json::Value(nullptr);
}

json::Value evaluate(std::string_view expression, const TemplateSubject& subject) {
  while (true) {
    const std::size_t bar = expression.find("||");
    json::Value value = operand(trim(expression.substr(0, bar)), subject);
    const bool empty = value.is_null() || (value.is_bool() && !value.get_bool());
    if (!empty || bar == std::string_view::npos) return value;
    expression.remove_prefix(bar + 2);
  }
}

json::Value fill_text(std::string_view text, const TemplateSubject& subject) {
  std::string filled;
  while (true) {
    const std::size_t begin = text.find("{{");
    const std::size_t end = begin == std::string_view::npos ? begin : text.find("}}", begin);
    if (end == std::string_view::npos) break;
    json::Value value = evaluate(text.substr(begin + 2, end - begin - 2), subject);
    if (filled.empty() && begin == 0 && end + 2 == text.size()) return value;
    filled += text.substr(0, begin);
    filled += value.is_string() ? std::string(value.get_string().c_str()) : json::serialize(value);
    text.remove_prefix(end + 2);
  }
  filled += text;
  return json::Value(filled);
}

json::Value fill_value(const json::Value& value, const TemplateSubject& subject) {
  if (value.is_string()) return fill_text({value.get_string().data(), value.get_string().size()}, subject);
  if (value.is_object()) return fill_in(value.get_object(), subject);
  if (!value.is_array()) return value;
  json::Array filled;
  for (const json::Value& element : value.get_array()) filled.push_back(fill_value(element, subject));
  return filled;
}

}  // namespace

json::Object fill_in(const json::Object& claims, const TemplateSubject& subject) {
  json::Object filled;
  for (const auto& claim : claims) filled[claim.key()] = fill_value(claim.value(), subject);
  return filled;
}

}  // namespace postern::emulator
