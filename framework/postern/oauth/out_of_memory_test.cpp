#include <doctest/doctest.h>

#include <cstdlib>
#include <new>

#include "postern/oauth/testing/flow.hpp"

// Threat 49: memory runs out, at each allocation of a request in turn. The exception reaches whoever called, which is
// the connection (hosts/native/connection_test.cpp has what becomes of it), and nothing is used twice or half.
namespace {

thread_local long allocations_left = -1;  // negative: there is no end to them

void* allocate(std::size_t size) {
  if (allocations_left == 0) throw std::bad_alloc{};
  if (allocations_left > 0) --allocations_left;
  void* const memory = std::malloc(size);
  if (memory == nullptr) throw std::bad_alloc{};
  return memory;
}

}  // namespace

void* operator new(std::size_t size) { return allocate(size); }
void* operator new[](std::size_t size) { return allocate(size); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace postern::oauth {
namespace {

// The answer, or nullopt if the request needed more than so many allocations.
std::optional<http::Response> send_within(Flow& flow, const http::Request& request, long allocations) {
  std::optional<http::Response> response;
  http::Request sent = request;
  allocations_left = allocations;
  try {
    response = run_ready(flow.router.handle(sent));
  } catch (const std::bad_alloc&) {
    response.reset();
  }
  allocations_left = -1;
  return response;
}

}  // namespace

TEST_CASE("when memory runs out a code is good still, or was used: there are never two of its tokens") {
  long failures = 0;
  while (true) {
    CAPTURE(failures);
    Flow flow;
    const std::string client = flow.register_public();
    const std::string code = flow.code_for(client);
    const http::Request request = Flow::token_request(Flow::redemption(client, code));
    const auto first = send_within(flow, request, failures);
    const http::Response second = flow.send(request);
    if (first) {
      CHECK(first->status == 200);
      CHECK(second.status == 400);
      break;
    }
    CHECK((second.status == 200 || member(second, "error") == "invalid_grant"));
    ++failures;
  }
  CHECK(failures > 100);  // it did run out
}

TEST_CASE("when memory runs out a refresh token is still good") {
  long failures = 0;
  Flow flow;
  const std::string client = flow.register_public();
  std::string token = member(flow.redeem(client, flow.code_for(client)), "refresh_token");
  while (true) {
    CAPTURE(failures);
    const http::Request request = Flow::token_request(Flow::refreshment(client, token));
    const auto first = send_within(flow, request, failures);
    if (first) {
      CHECK(first->status == 200);
      break;
    }
    const http::Response second = flow.send(request);
    REQUIRE(second.status == 200);
    token = member(second, "refresh_token");
    ++failures;
  }
  CHECK(failures > 100);
}

TEST_CASE("when memory runs out a revocation is done by the next attempt") {
  long failures = 0;
  while (true) {
    CAPTURE(failures);
    Flow flow;
    const std::string client = flow.register_public();
    const http::Response tokens = flow.redeem(client, flow.code_for(client));
    http::Request request = Flow::token_request({{"client_id", client}, {"token", member(tokens, "refresh_token")}});
    request.target = "/revoke";
    auto response = send_within(flow, request, failures);
    const bool was_enough = response.has_value();
    if (!was_enough) response = flow.send(request);
    CHECK(response->status == 200);
    CHECK(flow.use(member(tokens, "access_token")) == 401);
    CHECK(flow.refresh(client, member(tokens, "refresh_token")).status == 400);
    if (was_enough) break;
    ++failures;
  }
  CHECK(failures > 50);
}

}  // namespace postern::oauth
