#include <utility>

#include "postern/oauth/authorize/checks.hpp"

namespace postern::oauth {

Task<Result<RegisteredClient, OAuthError>> check_client(Clients& clients, const uri::Form& form) {
  const std::string* client_id = form.find_only("client_id");
  if (!client_id) co_return std::unexpected(OAuthError{"invalid_request", "There must be one client_id."});
  CO_TRY(auto client, co_await clients.find(*client_id));
  if (!client) co_return std::unexpected(OAuthError{"invalid_client", "The client is not registered here."});
  co_return *std::move(client);
}

}  // namespace postern::oauth
