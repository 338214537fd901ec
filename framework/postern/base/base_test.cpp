#include <doctest/doctest.h>

#include <format>
#include <string>
#include <type_traits>

#include "postern/base/result.hpp"
#include "postern/base/secret.hpp"
#include "postern/base/strong.hpp"
#include "postern/base/task.hpp"

namespace postern {
namespace {

Result<int> half(int number) {
  if (number % 2 != 0) return fail(Error::Kind::invalid, std::format("{} is odd", number));
  return number / 2;
}
Result<void> positive(int number) {
  if (number <= 0) return fail(Error::Kind::invalid, "not positive");
  return {};
}
Result<int> quarter(int number) {
  TRY(positive(number));
  TRY(const int once, half(number));
  TRY(const int twice, half(once));
  return twice;
}
Task<Result<int>> quarter_later(int number) {
  CO_TRY(positive(number));
  CO_TRY(const int once, half(number));
  co_return half(once);
}

}  // namespace

TEST_CASE("TRY declares the value or returns the error") {
  CHECK(quarter(12) == 3);
  CHECK(quarter(6).error().message == "3 is odd");
  CHECK(quarter(-4).error().message == "not positive");
  CHECK(run_ready(quarter_later(12)) == 3);
  CHECK(run_ready(quarter_later(7)).error().message == "7 is odd");
}

TEST_CASE("a secret is equal to the same bytes only") {
  const Secret secret{std::string{"correct horse"}};
  CHECK(secret == "correct horse");
  CHECK_FALSE(secret == "correct horsf");
  CHECK_FALSE(secret == "correct hors");
  CHECK_FALSE(secret == "");
}

TEST_CASE("a moved-from secret is empty") {
  Secret first{std::string{"x"}};
  const Secret second{std::move(first)};
  CHECK(first.empty());  // NOLINT(bugprone-use-after-move): that is the claim
  CHECK(second.reveal() == "x");
}

TEST_CASE("wipe overwrites the bytes in place") {
  std::string bytes = "a secret that is too long for the small buffer";
  const char* where = bytes.data();
  const std::size_t size = bytes.size();
  wipe(bytes);
  CHECK(bytes.empty());
  CHECK(bytes.data() == where);
  bytes.resize(size);  // within capacity: shows what is left there
  CHECK(bytes == std::string(size, '\0'));
}

TEST_CASE("strong ids of different kinds do not mix") {
  using UserId = Strong<struct UserIdTag>;
  using ClientId = Strong<struct ClientIdTag>;
  CHECK(UserId{"a"} == UserId{"a"});
  CHECK(UserId{"a"} != UserId{"b"});
  static_assert(!std::is_convertible_v<UserId, ClientId>);
  static_assert(!std::is_convertible_v<std::string, UserId>);
}

}  // namespace postern
