#include <utility>

#include "postern/oauth/authorize/checks.hpp"

namespace postern::oauth {

Task<Result<RegisteredClient, OAuthError>> check_client(Context& context, const uri::Form& form) {
  const std::string* client_id = form.find_only("client_id");
  if (!client_id) co_return std::unexpected(OAuthError{"invalid_request", "There must be one client_id."});
  if (ClientDocuments::is_address(*client_id)) {
    if (context.settings.client_metadata_documents == ClientMetadataDocuments::on)
      co_return co_await context.client_documents.find(*client_id);
    co_return std::unexpected(OAuthError{"invalid_client", "Clients must be registered here: documents are not read."});
  }
  CO_TRY(auto client, co_await context.clients.find(*client_id));
  if (!client) co_return std::unexpected(OAuthError{"invalid_client", "The client is not registered here."});
  co_return *std::move(client);
}

}  // namespace postern::oauth
