// Clients that are not registered: their client_id is the https address of a document that says what a registration
// would (draft-ietf-oauth-client-id-metadata-document, which MCP prefers to registration since 2025-11-25).
//
//   if (ClientDocuments::is_address(client_id)) co_return co_await documents.find(client_id);
//
// A stranger chose the address, so it is fetched under Destination::public_only, without redirects, within
// limits::fetch_timeout and client_document_limits::document_bytes_max; of one address one fetch at a time, whoever
// asks, and few of all together (threat 15). A valid document is kept in the Cache for as long as its HTTP headers
// allow, between client_document_limits::fresh_min and fresh_max, and for a while longer in case its site cannot answer
// (RFC 5861 sec. 4). What is refused is never kept. One per event loop; must outlive its tasks.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "postern/base/result.hpp"
#include "postern/base/task.hpp"
#include "postern/base/time.hpp"
#include "postern/oauth/client.hpp"
#include "postern/oauth/client_document/check_client_document.hpp"
#include "postern/oauth/oauth_error.hpp"
#include "postern/ports/ports.hpp"
#include "postern/uri/url.hpp"

namespace postern::oauth {

class ClientDocuments {
 public:
  ClientDocuments(const Ports& ports, DocumentHosts hosts) : ports_(ports), hosts_(hosts) {}
  ClientDocuments(const ClientDocuments&) = delete;
  ClientDocuments& operator=(const ClientDocuments&) = delete;

  // The ids that we give out have no colon.
  [[nodiscard]] static bool is_address(std::string_view client_id) { return client_id.contains("://"); }

  // Errors: invalid_client (there is no such document, or it says what it may not), temporarily_unavailable.
  Task<Result<RegisteredClient, OAuthError>> find(std::string client_id);

 private:
  using Outcome = Result<RegisteredClient, OAuthError>;
  struct Kept {
    RegisteredClient client;
    TimePoint fresh_until;
  };
  struct UnderWay;
  class Turn;

  [[nodiscard]] std::string cache_key(std::string_view client_id) const;
  Task<std::optional<Kept>> recall(std::string client_id);
  // One for all who ask meanwhile.
  Task<Outcome> fetch_together(uri::Url url);
  Task<Outcome> fetch(uri::Url url);
  Task<void> keep(std::string client_id, FetchResponse response);
  [[nodiscard]] static Outcome read(std::string_view client_id, std::string_view body);

  Ports ports_;
  DocumentHosts hosts_;
  std::map<std::string, std::shared_ptr<UnderWay>> under_way_;
};

}  // namespace postern::oauth
