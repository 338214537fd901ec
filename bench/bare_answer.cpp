// The ceiling that tools/call is measured against: our own listener with a handler that does nothing.
// Usage: bare_answer <port>
#include <cstdlib>
#include <iostream>
#include <memory>
#include <span>
#include <string>

#include "hosts/native/serve.hpp"
#include "postern/http/message.hpp"

namespace {

class BareAnswer : public postern::http::Handler {
 public:
  postern::Task<postern::http::Response> handle(postern::http::Request) override {
    co_return postern::http::Response::json(200, R"({"jsonrpc":"2.0","id":1,"result":{}})");
  }
};

}  // namespace

int main(int argc, char** argv) {
  const std::span arguments{argv, static_cast<std::size_t>(argc)};
  postern::ServeOptions options;
  options.port = static_cast<std::uint16_t>(argc > 1 ? std::atoi(arguments[1]) : 8799);
  const auto served = postern::serve(options, [](auto&) { return std::make_unique<BareAnswer>(); });
  if (!served) std::cerr << served.error().message << '\n';
  return served ? 0 : 1;
}
