// Your server: its name and its tools. app.cpp makes it, the host runs it.
#pragma once

#include "postern/mcp/app.hpp"

namespace app {

namespace mcp = postern::mcp;

[[nodiscard]] mcp::App make_app();

}  // namespace app
