#include <utility>

#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pages/consent_page.hpp"
#include "postern/oauth/pending_authorization.hpp"

namespace postern::oauth {

Task<http::Response> ask_for_consent(Context& context, const http::Request& http_request,
                                     AuthorizationRequest request) {
  const Ports& ports = context.ports;
  const TimePoint now = ports.clock.now();
  const Secret secret = browser_secret(consent_cookie, context, http_request);
  const PendingAuthorization pending{.client_id = request.client.id(),
                                     .client_name = std::string{request.client.display_name()},
                                     .redirect_uri = request.callback.redirect_uri,
                                     .state = request.callback.state,
                                     .code_challenge = std::move(request.code_challenge),
                                     .resource = std::move(request.resource),
                                     .scopes = std::move(request.scopes),
                                     .browser_hash = browser_hash(ports.crypto, secret),
                                     .started_at = now};
  const std::string handle = random_token(ports.random);
  auto kept = co_await ports.store.put("consent/" + handle, pending.to_record(), now + limits::consent_lifetime);
  if (!kept) co_return send_error(context.settings, http_request.method, request.callback, kept.error());
  http::Response page =
      context.pages.show(200, "Connect an assistant", consent_html(context.settings, pending, handle));
  page.headers.add("Set-Cookie", set_cookie(consent_cookie, context.settings, secret));
  co_return page;
}

}  // namespace postern::oauth
