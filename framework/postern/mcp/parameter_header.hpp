// The parameters of a tool that its clients repeat in headers, so that proxies can route by them without reading the
// body: `x-mcp-header` in the tool's schema (2026-07-28, basic/transports/streamable-http, custom headers).
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/json/value.hpp"

namespace postern::mcp {

struct ParameterHeader {
  std::string name;               // of the header, behind "Mcp-Param-"
  std::vector<std::string> path;  // to the parameter: the names of the `properties` that lead there
};

// Those that the schema names, wherever they stand in it.
[[nodiscard]] std::vector<ParameterHeader> find_parameter_headers(const json::Object& schema);

// Names the parameter's header in the schema. If there is no such parameter, check_parameter_headers() will say so.
void add_parameter_header(json::Object& schema, std::string_view parameter, std::string_view name);

// The constraints on x-mcp-header, without which clients would leave the tool out.
[[nodiscard]] Result<void> check_parameter_headers(const json::Object& schema);

}  // namespace postern::mcp
