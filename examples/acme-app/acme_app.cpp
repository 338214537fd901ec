#include "acme-app/acme_app.hpp"

#include <utility>

namespace acme {

using namespace postern;

AcmeApp::AcmeApp(Settings settings, Ports& ports)
    : settings_(std::move(settings)),
      keys_(settings_.publishable_key.jwks_url(), ports),
      verifier_({.issuer = settings_.publishable_key.issuer(), .authorized_parties = {settings_.app_url}}, keys_,
                ports),
      clerk_(settings_, ports.fetch),
      sessions_(settings_, verifier_, clerk_, ports.clock),
      bearer_(settings_, verifier_, keys_, ports.clock),
      api_(bearer_, clerk_, orders_),
      pages_(settings_, sessions_, clerk_, orders_) {
  api_.add_routes(router_);
  pages_.add_routes(router_);
}

Task<http::Response> AcmeApp::handle(http::Request request) { co_return co_await router_.handle(request); }

}  // namespace acme
