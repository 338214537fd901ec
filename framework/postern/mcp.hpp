// Everything a tool or an app needs, in one include, under one name.
//
//   #include "postern/mcp.hpp"
//
//   namespace mcp = postern::mcp;
//
//   struct Hello {
//     std::string name;
//     static constexpr auto schema = mcp::fields(mcp::field<&Hello::name>("Whom to greet", mcp::length{1, 80}));
//   };
//   mcp::Task<mcp::Result<std::string>> hello(Hello in, mcp::Call& call) {
//     if (in.name == "root") co_return mcp::fail(mcp::Error::Kind::invalid, "Nobody is called root.");
//     CO_TRY(const Greeting greeting, co_await call.api().get<Greeting>("/api/greeting"));
//     co_return greeting.text + ", " + in.name + "!";
//   }
//   app.tool("hello", "Greet someone by name.", hello).read_only();
#pragma once

#include "postern/base/error.hpp"
#include "postern/base/principal.hpp"
#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/when_all.hpp"
#include "postern/json/bind.hpp"
#include "postern/mcp/app.hpp"
#include "postern/mcp/call.hpp"
#include "postern/mcp/content.hpp"

namespace postern::mcp {

using postern::Error;
using postern::fail;
using postern::Principal;
using postern::Result;
using postern::Task;
using postern::when_all;

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
