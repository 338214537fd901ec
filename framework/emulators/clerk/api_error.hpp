// Clerk's error bodies, with the texts that tests and people look for (clerk.md 3.2).
//
//   return std::unexpected(ApiError::not_found("User not found", "No user was found with id " + id));
#pragma once

#include <expected>
#include <optional>
#include <string>
#include <string_view>

#include "postern/http/message.hpp"
#include "postern/json/value.hpp"

namespace postern::emulator {

struct ApiError {
  int status = 500;
  std::string code;
  std::string message;
  std::string long_message;
  std::string param_name{};  // empty: no "meta"

  [[nodiscard]] static ApiError not_found(std::string message, std::string long_message);
  [[nodiscard]] static ApiError missing(std::string_view parameter);
  // The parameter is there but cannot be used; `expected` reads on from "<parameter> ".
  [[nodiscard]] static ApiError invalid(std::string_view parameter, std::string_view expected);
  [[nodiscard]] static ApiError unknown_parameter(std::string_view parameter);
  [[nodiscard]] static ApiError too_many(std::string_view what);
};

// What an endpoint of the Backend API comes to: the body of a 200, null for a 204, or an error.
using Answer = std::expected<json::Value, ApiError>;

[[nodiscard]] http::Response to_response(const ApiError& error, std::string_view trace_id);

}  // namespace postern::emulator
