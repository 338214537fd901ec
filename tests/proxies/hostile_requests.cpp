// The byte strings of the parser's own test, a line each: the name, and base64url. Those without a name are good ones.
#include "postern/http/wire/hostile_requests.hpp"

#include <print>

#include "postern/base/encoding.hpp"

int main() {
  for (const auto& request : postern::http::hostile_requests()) {
    std::println("{}\t{}", request.name, postern::base64url_encode(request.bytes));
  }
  for (const auto& bytes : postern::http::valid_requests()) std::println("\t{}", postern::base64url_encode(bytes));
}
