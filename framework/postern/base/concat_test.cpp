#include "postern/base/concat.hpp"

#include <doctest/doctest.h>

#include <cstdint>
#include <limits>
#include <string>
#include <string_view>

namespace postern {

TEST_CASE("texts and whole numbers become one string") {
  const std::string name = "limit";
  CHECK(concat(name, " is ", -7, ", up to ", std::size_t{100}, std::string_view{"."}) == "limit is -7, up to 100.");
  CHECK(concat("", std::string{}) == "");
  CHECK(concat(std::numeric_limits<std::int64_t>::min()) == "-9223372036854775808");
  CHECK(concat(std::numeric_limits<std::uint64_t>::max()) == "18446744073709551615");
}

}  // namespace postern
