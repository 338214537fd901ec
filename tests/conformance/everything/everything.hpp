// The parts of the server that the official conformance suite asks for (../everything.cpp), feature by feature.
#pragma once

#include "postern/mcp.hpp"

namespace everything {

namespace json = postern::json;
namespace mcp = postern::mcp;
using mcp::Result;
using mcp::Task;

void add_access(mcp::App& app);
void add_content(mcp::App& app);
void add_reports(mcp::App& app);
void add_questions(mcp::App& app);
void add_tasks(mcp::App& app);
void add_resources(mcp::App& app);
void add_prompts(mcp::App& app);

}  // namespace everything
