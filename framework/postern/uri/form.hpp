// Name-value pairs as a query string or an application/x-www-form-urlencoded body carries them (WHATWG URL sec. 5).
//
//   TRY(auto form, uri::Form::parse(request.query()));
//   const std::string* state = form.find_only("state");     // null if absent, or there twice (threat 33)
//
// Names and values are decoded, in their order. Malformed percent-codes and invalid UTF-8 are an error, never guessed
// at.
#pragma once

#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "postern/base/result.hpp"

namespace postern::uri {

// More than this many pairs in one text is an error.
inline constexpr std::size_t form_fields_max = 256;

class Form {
 public:
  Form() = default;
  Form(std::initializer_list<std::pair<std::string_view, std::string_view>> fields);

  [[nodiscard]] static Result<Form> parse(std::string_view text);
  // "a=1&b=x+y": for a query or a form body.
  [[nodiscard]] std::string serialize() const;

  void add(std::string_view name, std::string_view value);

  [[nodiscard]] const std::string* find_only(std::string_view name) const;
  [[nodiscard]] std::size_t count(std::string_view name) const;
  // The first name that occurs more than once and is not in `allowed`, or null.
  [[nodiscard]] const std::string* find_repeated(std::string_view allowed = {}) const;

  [[nodiscard]] auto begin() const { return fields_.begin(); }
  [[nodiscard]] auto end() const { return fields_.end(); }

 private:
  std::vector<std::pair<std::string, std::string>> fields_;
};

}  // namespace postern::uri
