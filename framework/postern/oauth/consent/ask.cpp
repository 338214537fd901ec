#include <utility>

#include "postern/oauth/authorization_response.hpp"
#include "postern/oauth/consent/consent.hpp"
#include "postern/oauth/pages/consent_page.hpp"

namespace postern::oauth {

Task<http::Response> ask_for_consent(Context& context, const http::Request& request, PendingAuthorization pending) {
  const Ports& ports = context.ports;
  const Secret secret = browser_secret(consent_cookie, context, request);
  pending.approval = Approval::asked;
  pending.browser_hash = browser_hash(ports.crypto, secret);
  pending.started_at = ports.clock.now();
  const std::string handle = random_token(ports.random);
  auto kept =
      co_await ports.store.put("consent/" + handle, pending.to_record(), pending.started_at + limits::consent_lifetime);
  if (!kept)
    co_return send_error(context.settings, request.method, {pending.redirect_uri, pending.state}, kept.error());
  http::Response page =
      context.pages.show(200, "Connect an assistant", consent_html(context.settings, pending, handle));
  page.headers.add("Set-Cookie", set_cookie(consent_cookie, context.settings, secret));
  co_return page;
}

}  // namespace postern::oauth
