// What every endpoint of the authorization server works with. One per event loop; outlives every request.
#pragma once

#include <utility>

#include "postern/oauth/access_token.hpp"
#include "postern/oauth/client_document/client_documents.hpp"
#include "postern/oauth/clients.hpp"
#include "postern/oauth/grants.hpp"
#include "postern/oauth/keys.hpp"
#include "postern/oauth/pages/pages.hpp"
#include "postern/oauth/recent_calls.hpp"
#include "postern/oauth/revoked_grants.hpp"
#include "postern/oauth/settings.hpp"
#include "postern/oauth/short_hash.hpp"
#include "postern/oauth/sign_in.hpp"
#include "postern/oauth/throttle.hpp"
#include "postern/ports/ports.hpp"

namespace postern::oauth {

struct Context {
  Context(Settings given, const Ports& host, SignIn& provider, RecentCalls* calls, Throttle* limits)
      : settings(std::move(given)),
        ports(host),
        sign_in(provider),
        recent_calls(calls),
        throttle(limits),
        keys(Keys::derive(ports.crypto, settings.server_secret)),
        pages(ports.crypto),
        clients(ports, keys.client_id, settings.known_clients),
        client_documents(ports, settings.over_https() ? DocumentHosts::web : DocumentHosts::web_and_loopback),
        revoked(ports),
        grants(ports, revoked),
        access_tokens(ports, keys.access_token, settings.resource) {}
  Context(const Context&) = delete;
  Context& operator=(const Context&) = delete;

  // Throttle::take.
  [[nodiscard]] Duration take_turn(std::string_view user_id, std::string_view client_id = {}) const {
    return throttle ? throttle->take(user_id, client_id, ports.clock.now()) : Duration{0};
  }
  [[nodiscard]] std::string hash(std::string_view id) const { return short_hash(ports.crypto, id); }

  const Settings settings;
  const Ports ports;
  SignIn& sign_in;
  RecentCalls* const recent_calls;  // may be null
  Throttle* const throttle;         // may be null
  const Keys keys;
  const Pages pages;
  Clients clients;
  ClientDocuments client_documents;
  RevokedGrants revoked;
  Grants grants;
  AccessTokens access_tokens;
};

}  // namespace postern::oauth
