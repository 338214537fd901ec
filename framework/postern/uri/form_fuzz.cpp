// Whatever bytes come: a form that parses is the same after it is written and read again, and so is any text in it.
#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "postern/base/ensure.hpp"
#include "postern/base/utf8.hpp"
#include "postern/uri/form.hpp"
#include "postern/uri/percent.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace postern;
  const std::string_view text{reinterpret_cast<const char*>(data), size};

  ensure(uri::percent_decode(uri::percent_encode(text)) == text);
  const auto same = [](const uri::Form& form) {
    const auto again = uri::Form::parse(form.serialize());
    return again && std::ranges::equal(*again, form);
  };
  ensure(!is_utf8(text) || same(uri::Form{{text, text}}));
  const auto form = uri::Form::parse(text);
  if (!form) return 0;
  ensure(same(*form));
  const bool repeated = form->find_repeated() != nullptr;
  ensure(repeated == std::ranges::any_of(*form, [&](const auto& field) { return !form->find_only(field.first); }));
  return 0;
}
