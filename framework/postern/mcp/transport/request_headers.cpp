#include "postern/mcp/transport/request_headers.hpp"

#include <algorithm>

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
  return {};
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

}  // namespace postern::mcp
