// The first line is a template, the rest a URI, whatever bytes they are: a template is kept as it was given, its values
// are text, each of a variable of its own, and one without variables matches itself alone.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <set>
#include <string_view>

#include "postern/base/ensure.hpp"
#include "postern/base/utf8.hpp"
#include "postern/uri/uri_template.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postern;
  const std::string_view input{reinterpret_cast<const char*>(data), size};
  const std::size_t end = std::min(input.find('\n'), input.size());
  const std::string_view text = input.substr(0, end);
  const std::string_view address = input.substr(std::min(end + 1, input.size()));

  const auto parsed = uri::UriTemplate::parse(text);
  if (!parsed) return 0;
  ensure(parsed->text() == text);
  const auto values = parsed->match(address);
  if (!parsed->has_variables()) ensure(values.has_value() == (address == text));
  if (!values) return 0;
  const auto variables = parsed->variables();
  std::set<std::string_view> seen;
  for (const auto& [name, value] : *values) {
    ensure(std::ranges::contains(variables, name) && seen.insert(name).second && is_utf8(value));
  }
  return 0;
}
