// Settings as text, from the environment and from a `.dev.vars` file, and a reader that collects every problem at once.
//
//   Variables variables = Variables::parse(file_text).value();
//   variables.set("PORT", "9000");                       // the environment's value beats the file's
//   VariableReader reader{variables};
//   auto url = reader.required("APP_URL", "the address of your app, such as https://app.example.com");
//   if (!reader.problems().empty()) ...                  // one sentence each, saying what to write where
//
// The file has one NAME=value a line; '#' starts a comment line; a value may stand in single or double quotes. These
// are the rules of wrangler's .dev.vars, so that one file serves both hosts.
#pragma once

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "postern/base/result.hpp"

namespace postern::server {

class Variables {
 public:
  // The error names the line that is not NAME=value.
  [[nodiscard]] static Result<Variables> parse(std::string_view file_text);

  void set(std::string name, std::string value) { values_.insert_or_assign(std::move(name), std::move(value)); }
  // Null if absent or empty: an empty value means "not set".
  [[nodiscard]] const std::string* find(std::string_view name) const;

 private:
  std::map<std::string, std::string, std::less<>> values_;
};

class VariableReader {
 public:
  explicit VariableReader(const Variables& variables) : variables_(variables) {}

  // Empty, and a problem noted, if it is not set. `meaning` completes "NAME is missing: write NAME=... into ..., ".
  std::string required(std::string_view name, std::string_view meaning);
  [[nodiscard]] std::string optional(std::string_view name, std::string_view default_value = {}) const;
  // One of `choices`, the first being the default.
  std::string choice(std::string_view name, std::vector<std::string_view> choices);
  // A whole number from `least` to `most`.
  long number(std::string_view name, long default_value, long least, long most);
  // An http(s) origin, "https://app.example.com": no path, no trailing slash. http only on loopback.
  std::string origin(std::string_view name, std::string value);

  void note_problem(std::string sentence) { problems_.push_back(std::move(sentence)); }
  [[nodiscard]] const std::vector<std::string>& problems() const { return problems_; }

 private:
  const Variables& variables_;
  std::vector<std::string> problems_;
};

}  // namespace postern::server
