#include "emulators/clerk/api_error.hpp"

namespace postern::emulator {

ApiError ApiError::not_found(std::string message, std::string long_message) {
  return {.status = 404,
          .code = "resource_not_found",
          .message = std::move(message),
          .long_message = std::move(long_message)};
}

ApiError ApiError::missing(std::string_view parameter) {
  return {.status = 422,
          .code = "form_param_missing",
          .message = "is missing",
          .long_message = std::string(parameter) + " must be included.",
          .param_name = std::string(parameter)};
}

ApiError ApiError::invalid(std::string_view parameter, std::string_view expected) {
  return {.status = 422,
          .code = "form_param_value_invalid",
          .message = "is invalid",
          .long_message = std::string(parameter) + " " + std::string(expected) + ".",
          .param_name = std::string(parameter)};
}

ApiError ApiError::unknown_parameter(std::string_view parameter) {
  return {.status = 422,
          .code = "form_param_unknown",
          .message = "is unknown",
          .long_message = std::string(parameter) + " is not a valid parameter for this request.",
          .param_name = std::string(parameter)};
}

ApiError ApiError::too_many(std::string_view what) {
  return {
      .status = 403,
      .code = "quota_exceeded",
      .message = "Quota exceeded",
      .long_message = "The emulator holds no more " + std::string(what) + ". POST /__emulator/reset to start afresh."};
}

http::Response to_response(const ApiError& error, std::string_view trace_id) {
  json::Object one{{"message", error.message}, {"long_message", error.long_message}, {"code", error.code}};
  if (!error.param_name.empty()) one["meta"] = json::Object{{"param_name", error.param_name}};
  const json::Object body{{"errors", json::Array{std::move(one)}}, {"clerk_trace_id", trace_id}};
  return http::Response::json(error.status, json::serialize(body));
}

}  // namespace postern::emulator
