// What only the native host must know: where to listen, where to keep its data, how many loops, how much to log.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "postern/base/result.hpp"
#include "postern/ports/log.hpp"
#include "postern/server/variables.hpp"

namespace postern::native {

struct NativeSettings {
  std::string address;        // ADDRESS
  std::uint16_t port = 8788;  // PORT
  unsigned loops = 0;         // LOOPS; 0: one per core
  std::string database;       // DATABASE
  LogLevel log_level = LogLevel::info;
  std::string session_id;  // CLERK_SESSION_ID: who is signed in over stdio

  // All problems at once, a sentence each.
  [[nodiscard]] static Result<NativeSettings, std::vector<std::string>> read(const server::Variables& variables);
};

// The environment's variables, over those of a file if one is named. Errors: the file cannot be read, or is not
// NAME=value lines.
[[nodiscard]] Result<server::Variables> read_variables(const std::string& file);

}  // namespace postern::native
