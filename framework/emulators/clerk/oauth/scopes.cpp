#include <algorithm>
#include <array>
#include <utility>

#include "emulators/clerk/oauth/oauth_server.hpp"

namespace postern::emulator::oauth {

namespace {

struct Scope {
  std::string_view name, description;
};
constexpr std::array<Scope, 7> scopes = {{
    {"openid", ""},
    {"profile", "See your name, user name and picture"},
    {"email", "See your email address"},
    {"offline_access", "Stay connected while you are away"},
    {"public_metadata", "See your public metadata"},
    {"private_metadata", "See your private metadata"},
    {"user:org:read", "See which organization you work for"},
}};

}  // namespace

std::vector<std::string> split_scopes(std::string_view text) {
  std::vector<std::string> names;
  while (!text.empty()) {
    const std::string_view name = text.substr(0, text.find(' '));
    text.remove_prefix(std::min(text.size(), name.size() + 1));
    if (!name.empty() && !std::ranges::contains(names, name)) names.emplace_back(name);
  }
  return names;
}

std::string join_scopes(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "" : " ") + name;
  return text;
}

bool is_known_scope(std::string_view scope) {
  return scope.contains(':') || std::ranges::contains(scopes, scope, &Scope::name);
}

std::string_view describe_scope(std::string_view scope) {
  const auto found = std::ranges::find(scopes, scope, &Scope::name);
  return found == scopes.end() ? scope : found->description;
}

json::Array own_scopes() {
  json::Array names;
  for (const Scope& scope : scopes) names.push_back(json::Value(scope.name));
  return names;
}

}  // namespace postern::emulator::oauth
