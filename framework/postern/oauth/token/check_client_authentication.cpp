#include <cstddef>
#include <optional>
#include <utility>

#include "postern/base/encoding.hpp"
#include "postern/oauth/token/token.hpp"
#include "postern/uri/percent.hpp"

namespace postern::oauth {
namespace {

struct Presented {
  std::string client_id;
  std::optional<Secret> secret;
};

// RFC 7617, with id and secret percent-encoded inside (RFC 6749 sec. 2.3.1).
std::optional<Presented> read_basic(std::string_view header) {
  constexpr std::string_view scheme = "Basic ";
  if (header.size() < scheme.size() || !http::equal_ignoring_case(header.substr(0, scheme.size()), scheme))
    return std::nullopt;
  const auto credentials = base64_decode(header.substr(scheme.size()));
  if (!credentials) return std::nullopt;
  const std::size_t colon = credentials->find(':');
  if (colon == std::string::npos) return std::nullopt;
  auto id = uri::percent_decode(std::string_view{*credentials}.substr(0, colon));
  auto secret = uri::percent_decode(std::string_view{*credentials}.substr(colon + 1));
  if (!id || !secret) return std::nullopt;
  return Presented{.client_id = *std::move(id), .secret = Secret{*std::move(secret)}};
}

Result<Presented, OAuthError> read_credentials(const http::Request& request, const uri::Form& form) {
  const std::string* client_id = form.find_only("client_id");
  const std::string* client_secret = form.find_only("client_secret");
  if (request.headers.count("Authorization") == 0) {
    if (!client_id) return std::unexpected(OAuthError::invalid_client());
    return Presented{.client_id = *client_id,
                     .secret = client_secret ? std::optional{Secret{std::string_view{*client_secret}}} : std::nullopt};
  }
  const std::string* header = request.headers.find_only("Authorization");
  auto basic = header ? read_basic(*header) : std::nullopt;
  if (!basic) return std::unexpected(OAuthError::invalid_client());
  if (client_secret || (client_id && *client_id != basic->client_id))
    return std::unexpected(OAuthError{"invalid_request", "The client authenticates in two ways at once."});
  return *std::move(basic);
}

// Who guesses is held back, and the client itself, at another address, is not (threat 32).
Result<void, OAuthError> check_secret(Context& context, const http::Request& request, const RegisteredClient& client,
                                      const Secret& secret) {
  const TimePoint now = context.ports.clock.now();
  if (context.throttle) {
    const Duration wait = context.throttle->wait_after_wrong_secrets(request, client.id(), now);
    if (wait > Duration{0}) return std::unexpected(OAuthError::too_many_requests(wait));
  }
  if (client.has_secret(context.ports.crypto, secret.reveal())) return {};
  if (context.throttle) context.throttle->count_wrong_secret(request, client.id(), now);
  return std::unexpected(OAuthError::invalid_client());
}

}  // namespace

Task<Result<std::string, OAuthError>> check_client_authentication(Context& context, const http::Request& request,
                                                                  const uri::Form& form) {
  CO_TRY(const auto presented, read_credentials(request, form));
  // An empty secret is none: several assistants send the parameter whether they have one or not.
  const bool has_secret = presented.secret && !presented.secret->empty();
  if (ClientDocuments::is_address(presented.client_id) && !has_secret) co_return presented.client_id;
  CO_TRY(auto client, co_await context.clients.find(presented.client_id));
  if (!client || has_secret == client->is_public()) co_return std::unexpected(OAuthError::invalid_client());
  if (has_secret) {
    CO_TRY(check_secret(context, request, *client, *presented.secret));
  }
  co_return presented.client_id;
}

}  // namespace postern::oauth
