#include <utility>

#include "postern/base/limits.hpp"
#include "postern/oauth/callback/callback.hpp"
#include "postern/oauth/consent/consent.hpp"

namespace postern::oauth {
namespace {

std::string key_of(const std::string& handle) { return "callback/" + handle; }

}  // namespace

Task<Result<std::string>> keep_for_hop(Context& context, std::string body) {
  const Ports& ports = context.ports;
  std::string handle = random_token(ports.random);
  // The handle goes into the seal, so that one record cannot be put in the place of another.
  std::string sealed = seal(ports.crypto, ports.random, context.keys.callback_hop.current, body, handle);
  CO_TRY(
      co_await ports.store.put(key_of(handle), std::move(sealed), ports.clock.now() + limits::callback_hop_lifetime));
  co_return handle;
}

Task<Result<std::optional<std::string>>> take_from_hop(Context& context, std::string handle) {
  if (!is_handle(handle)) co_return std::nullopt;
  CO_TRY(auto entry, co_await context.ports.store.take(key_of(handle)));
  if (!entry) co_return std::nullopt;
  co_return open(context.ports.crypto, context.keys.callback_hop, entry->value, handle);
}

}  // namespace postern::oauth
