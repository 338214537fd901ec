#include "postern/mcp/transport/request_headers.hpp"

#include <algorithm>

#include "postern/base/concat.hpp"
#include "postern/base/encoding.hpp"

namespace postern::mcp {

namespace {

std::unexpected<rpc::Error> mismatch(std::string message) {
  return std::unexpected(rpc::Error{rpc::ErrorCode::header_mismatch, "Header mismatch: " + std::move(message)});
}

// Where Mcp-Name takes its value from; empty for methods that have none.
std::string_view name_member(std::string_view method) {
  if (method == "tools/call" || method == "prompts/get") return "name";
  if (method == "resources/read") return "uri";
  if (method == "tasks/get" || method == "tasks/update" || method == "tasks/cancel") return "taskId";
  return {};
}

// Null if there is none, or a null.
const json::Value* find_argument(const json::Object& params, const std::vector<std::string>& path) {
  const json::Value* value = json::find(params, "arguments");
  for (const std::string& name : path) value = value ? json::find(*value, name) : nullptr;
  return value && !value->is_null() ? value : nullptr;
}

// Numbers are compared as such: 42.0 is 42 (server validation).
bool stands_for(const std::string& text, const json::Value& value) {
  if (value.is_string()) return value.as_string() == text;
  const auto parsed = json::parse(text);
  if (!parsed || parsed->is_number() != value.is_number()) return false;
  return value.is_number() ? parsed->to_number<double>() == value.to_number<double>()
                           : value.is_bool() && *parsed == value;
}

}  // namespace

std::optional<std::string> decode_header_value(std::string_view value) {
  const bool plain = std::ranges::all_of(value, [](char c) { return (c >= ' ' && c <= '~') || c == '\t'; });
  if (!plain) return std::nullopt;
  constexpr std::string_view prefix = "=?base64?";
  constexpr std::string_view suffix = "?=";
  if (value.size() < prefix.size() + suffix.size() || !value.starts_with(prefix) || !value.ends_with(suffix)) {
    return std::string{value};
  }
  return base64_decode(value.substr(prefix.size(), value.size() - prefix.size() - suffix.size()));
}

std::expected<void, rpc::Error> check_version_header(const http::HeaderMap& headers, std::string_view version) {
  const std::string* header = headers.find_only("MCP-Protocol-Version");
  if (!header) return mismatch("MCP-Protocol-Version must be there, once.");
  if (*header != version) return mismatch("MCP-Protocol-Version is not the version in the body's _meta.");
  return {};
}

std::expected<void, rpc::Error> check_method_headers(const http::HeaderMap& headers, std::string_view method,
                                                     const json::Object& params) {
  const std::string* method_header = headers.find_only("Mcp-Method");
  if (!method_header) return mismatch("Mcp-Method must be there, once.");
  if (*method_header != method) return mismatch("Mcp-Method is not the method in the body.");

  const std::string_view member = name_member(method);
  if (member.empty()) return {};
  const std::string* name_header = headers.find_only("Mcp-Name");
  if (!name_header) return mismatch("Mcp-Name must be there, once.");
  const auto name = decode_header_value(*name_header);
  if (!name || name != json::find_string(params, member)) return mismatch("Mcp-Name is not the name in the body.");
  return {};
}

std::expected<void, rpc::Error> check_parameter_headers(const http::HeaderMap& headers,
                                                        const std::vector<ParameterHeader>& declared,
                                                        const json::Object& params) {
  for (const ParameterHeader& parameter : declared) {
    const std::string name = concat("Mcp-Param-", parameter.name);
    const json::Value* value = find_argument(params, parameter.path);
    if (!value && headers.count(name) == 0) continue;
    const std::string* header = headers.find_only(name);
    if (!value || !header)
      return mismatch(name + " must be there if its parameter has a value, once, and not otherwise.");
    const auto text = decode_header_value(*header);
    if (!text || !stands_for(*text, *value)) return mismatch(name + " is not the value in the body.");
  }
  return {};
}

}  // namespace postern::mcp
