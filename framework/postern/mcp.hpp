// Everything a tool or an app needs, in one include.
//
//   #include "postern/mcp.hpp"
//
//   struct Hello {
//     std::string name;
//     static constexpr auto schema = mcp::fields(mcp::field<&Hello::name>("Whom to greet", mcp::length{1, 80}));
//   };
#pragma once

#include "postern/json/bind.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/content.hpp"

namespace postern::mcp {

using json::field;
using json::fields;
using json::format;
using json::items;
using json::length;
using json::named;
using json::optional_field;
using json::pattern;
using json::range;
using json::required;

}  // namespace postern::mcp
